import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Command } from './command.ts';
import { analyzeCommand } from './commands/analyze.ts';
import { keepCompiledCode } from './compiled-code.ts';
import { runCommandLine } from './run.ts';
import { isTerminal, writeOutput } from './standard-output.ts';

keepCompiledCode();

/** Each is loaded when it is asked for, as what one needs the others would wait for; but one answers from what it kept. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  analyze: () => Promise.resolve(analyzeCommand),
  batch: async () => (await import('./commands/batch.ts')).batchCommand,
  clusters: async () => (await import('./commands/clusters.ts')).clustersCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  lsp: async () => (await import('./commands/lsp.ts')).lspCommand,
  proxy: async () => (await import('./commands/proxy.ts')).proxyCommand,
  route: async () => (await import('./commands/route.ts')).routeCommand,
  topology: async () => (await import('./commands/topology.ts')).topologyCommand,
};

const asksForVersion = (first: string | undefined): boolean => /^(?:-v|--version|version)$/.test(first ?? '');

/** The command that the words are about; of others, as of an overview, all. */
function commandsFor([first = '', second = '']: readonly string[]): Promise<readonly Command[]> {
  if (asksForVersion(first)) return Promise.resolve([]);
  const name = first === 'help' ? second : first;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return Promise.all((load ? [load] : Object.values(commands)).map((each) => each()));
}

/** Beside the bundle in `dist` and beside this file's room in `src` the manifest is one folder up or two. */
function version(): string {
  for (const candidate of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(candidate, import.meta.url), 'utf8'));
      if (
        manifest &&
        typeof manifest === 'object' &&
        'name' in manifest &&
        manifest.name === 'meshlens' &&
        'version' in manifest
      ) {
        return String(manifest.version);
      }
    } catch {
      // Not there: try the next place.
    }
  }
  return 'unknown';
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt.abort());
// The engine's own timers let a process end. One that still waits for an answer, as of a cluster that is away, must not.
const awake = setInterval(() => undefined, 60_000);
const words = process.argv.slice(2);
// The manifest is long: it is read for those who ask for it.
const ownVersion = asksForVersion(words[0]) ? version() : '';
process.exitCode = await runCommandLine(await commandsFor(words), ownVersion, words, {
  cwd: process.cwd(),
  env: process.env,
  get stdin() {
    return process.stdin;
  },
  out: writeOutput,
  err: (text) => void process.stderr.write(text),
  get isTerminal() {
    return isTerminal();
  },
  signal: interrupt.signal,
});
clearInterval(awake);
