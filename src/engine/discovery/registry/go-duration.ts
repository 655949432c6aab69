/**
 * Durations as Go writes them: `1s`, `1m30s`, `250ms`, `1.5h`. Both the LocalMesh file and Consul's API use them; the
 * rules are those of Go's `time.ParseDuration`, without signs.
 */

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds, or undefined for anything that is not a duration. `0` needs no unit. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length === 0 || text.length > 32) return undefined;
  let total = 0;
  let consumed = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/gy)) {
    total += Number(part[1]) * (unitMs[part[2] ?? ''] ?? Number.NaN);
    consumed += part[0].length;
  }
  return consumed === text.length && Number.isFinite(total) ? total : undefined;
}

/** The way Go prints a duration of whole milliseconds: `1m0s`, `250ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms <= 0) return '0s';
  if (ms < 1000) return `${String(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const head = hours > 0 ? `${String(hours)}h${String(minutes)}m` : minutes > 0 ? `${String(minutes)}m` : '';
  return `${head}${String(seconds)}s`;
}
