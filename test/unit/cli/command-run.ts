/** A command line, run in this process as a person runs it. */
import { Readable } from 'node:stream';
import type { Command, CommandIo } from '../../../src/cli/command.ts';
import { runCommandLine } from '../../../src/cli/run.ts';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Surroundings {
  readonly cwd?: string;
  readonly input?: string;
}

export async function commandRun(
  commands: readonly Command[],
  args: readonly string[],
  { cwd = '/', input = '' }: Surroundings = {},
): Promise<CommandRun> {
  let out = '';
  let err = '';
  const io: CommandIo = {
    cwd,
    env: {},
    stdin: Readable.from([Buffer.from(input)]),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
    signal: new AbortController().signal,
  };
  return { code: await runCommandLine(commands, '1.2.3', args, io), out, err };
}
