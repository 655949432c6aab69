/** Durations as Go writes them, which is how every mesh API writes them: `1h30m`, `0.5s`, `250ms`. */

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const part = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
const maxLength = 64;

/** Milliseconds; undefined for what Go's `time.ParseDuration` refuses. A unit is needed, except after a bare `0`. */
export function parseGoDuration(text: string): number | undefined {
  if (text.length > maxLength) return undefined;
  const negative = text.startsWith('-');
  const start = negative || text.startsWith('+') ? 1 : 0;
  if (text.slice(start) === '0') return 0;
  let total = 0;
  let position = start;
  while (position < text.length) {
    part.lastIndex = position;
    const match = part.exec(text);
    const unit = match?.[2];
    if (!match || unit === undefined) return undefined;
    total += Number(match[1]) * (milliseconds[unit] ?? 0);
    position = part.lastIndex;
  }
  if (position === start) return undefined;
  // Sums of parts such as 0.1s are off by less than a nanosecond.
  const rounded = Math.round(total * 1e6) / 1e6;
  return negative ? -rounded : rounded;
}

function trimmed(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

/** Writes milliseconds as Go's `Duration.String` does: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms < 0) return `-${formatGoDuration(-ms)}`;
  if (ms === 0) return '0s';
  if (ms < 1e-3) return `${trimmed(ms * 1e6)}ns`;
  if (ms < 1) return `${trimmed(ms * 1e3)}µs`;
  if (ms < 1000) return `${trimmed(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${trimmed((ms % 60_000) / 1000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
