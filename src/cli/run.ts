import { parseArgs } from 'node:util';
import { didYouMean, nearestWords } from '../shared/nearest-names.ts';
import type { Command, CommandIo } from './command.ts';
import { ExitCode, type UnreachableError, type UsageError } from './command.ts';

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ['Usage: meshlens COMMAND [OPTION…]', '', ...lines, '', 'meshlens help COMMAND says more about one.', ''].join(
    '\n',
  );
}

function manual(command: Command): string {
  return [
    `Usage: meshlens ${command.usage}`,
    '',
    command.summary,
    '',
    ...command.details.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What Node.js says of an option that there is not is mostly about files whose names begin with a dash. */
function wrongOption(error: unknown, { options }: Command): string | undefined {
  if (!(error instanceof TypeError) || !('code' in error) || error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return undefined;
  const [, option] = /'(--?[^']+)'/.exec(error.message) ?? [];
  if (option === undefined) return undefined;
  const names = Object.keys(options).map((name) => `--${name}`);
  return `there is no option ${option}.${didYouMean(nearestWords(option, names))}`;
}

/** By name: a command that is a piece of the bundle has classes of its own. */
function isNamed(error: unknown, name: (UsageError | UnreachableError)['name']): boolean {
  return error instanceof Error && error.name === name;
}

/** Runs one command line (without the program's name) and says the exit code. Never throws. */
export async function runCommandLine(
  commands: readonly Command[],
  version: string,
  args: readonly string[],
  io: CommandIo,
): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h') {
    if (first === undefined) io.err(overview(commands));
    else io.out(overview(commands));
    return first === undefined ? ExitCode.usage : ExitCode.ok;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    io.out(`${version}\n`);
    return ExitCode.ok;
  }
  const name = first === 'help' ? rest[0] : first;
  if (name === undefined) {
    io.out(overview(commands));
    return ExitCode.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const guess = didYouMean(
      nearestWords(
        name,
        commands.map((each) => each.name),
      ),
    );
    io.err(`meshlens: there is no command "${name}".${guess}\n\n${overview(commands)}`);
    return ExitCode.usage;
  }
  if (first === 'help' || rest.includes('--help') || rest.includes('-h')) {
    io.out(manual(command));
    return ExitCode.ok;
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...rest],
      options: command.options,
      allowPositionals: true,
      strict: true,
    });
    return await command.run(values, positionals, io);
  } catch (error) {
    const isUsage =
      isNamed(error, 'UsageError') ||
      (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    io.err(`meshlens ${name}: ${wrongOption(error, command) ?? describe(error)}\n`);
    if (isUsage) {
      io.err(`Try: meshlens help ${name}\n`);
      return ExitCode.usage;
    }
    return isNamed(error, 'UnreachableError') ? ExitCode.unreachable : ExitCode.usage;
  }
}
