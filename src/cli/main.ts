import { readFileSync } from 'node:fs';
import process from 'node:process';
import { analyzeCommand } from './commands/analyze.ts';
import { batchCommand } from './commands/batch.ts';
import { clustersCommand } from './commands/clusters.ts';
import { demoCommand } from './commands/demo.ts';
import { lspCommand } from './commands/lsp.ts';
import { proxyCommand } from './commands/proxy.ts';
import { routeCommand } from './commands/route.ts';
import { topologyCommand } from './commands/topology.ts';
import { runCommandLine } from './run.ts';

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
// `meshlens … | head` closes our output early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// The engine's own timers let a process end. One that still waits for an answer, as of a cluster that is away, must not.
const awake = setInterval(() => undefined, 60_000);
process.exitCode = await runCommandLine(
  [analyzeCommand, batchCommand, clustersCommand, demoCommand, lspCommand, proxyCommand, routeCommand, topologyCommand],
  version(),
  process.argv.slice(2),
  {
    cwd: process.cwd(),
    env: process.env,
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
    signal: interrupt.signal,
  },
);
clearInterval(awake);
