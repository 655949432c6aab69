/**
 * A small process of its own that ends what the engine started when the engine dies in whatever way: its standard input
 * is a pipe only the engine writes to, and the system closes it with the engine. Process groups are announced as lines,
 * `add PID` and `remove PID`. On Linux members are also found by the marker in their environment, which reaches those
 * that left their group, and those started but not announced yet.
 *
 * It uses nothing but Node, so that it starts fast and stays small.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { signalGroup, isGroupAlive } from './process-group.ts';
import type { EndSignal } from './process-group.ts';

const graceMs = 1000;
const giveUpMs = 10_000;
const groups = new Set<number>();
const marker = `MESHLENS_RUN=${process.argv[2] ?? ''}`;
/** An empty marker would fit every run. */
const hasMarker = (process.argv[2] ?? '') !== '';

/** Processes with the marker of this run. Those of other users cannot be read and are none of ours. */
function markedProcesses(): readonly number[] {
  if (process.platform !== 'linux' || !hasMarker) return [];
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      return environment.includes(marker) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

function signalAll(signal: EndSignal): void {
  for (const group of groups) signalGroup(group, signal);
  for (const pid of markedProcesses()) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in between.
    }
  }
}

const anyLeft = (): boolean => [...groups].some(isGroupAlive) || markedProcesses().length > 0;

async function endEverything(): Promise<void> {
  const start = performance.now();
  signalAll('SIGTERM');
  while (anyLeft() && performance.now() - start < giveUpMs) {
    if (performance.now() - start >= graceMs) signalAll('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  // Whoever ends the engine's session may signal this process too; its work only begins then.
  process.on(signal, () => undefined);
}
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const match = /^(add|remove) (\d{1,10})$/.exec(line);
  const pid = Number(match?.[2]);
  // 0 and 1 would mean the reaper's own group and every process.
  if (!match || pid <= 1) return;
  if (match[1] === 'add') groups.add(pid);
  else groups.delete(pid);
});
lines.on('close', () => void endEverything());
process.stdout.on('error', () => undefined);
process.stdout.write('ready\n');
