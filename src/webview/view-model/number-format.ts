/** Units stand after a thin space, so that "21 ms" reads as one word and does not break. */
const thin = '\u2009';

/** At most three significant digits, no trailing zeros; thousands as `1.2 k`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 999_500) return `${threeDigits(value / 1e6)}${thin}M`;
  if (size >= 999.5) return `${threeDigits(value / 1e3)}${thin}k`;
  return threeDigits(value);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Requests per second: `48/s`, `5.1/s`, `<0.01/s`. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.01) return '<0.01/s';
  return `${formatNumber(perSecond)}/s`;
}

/** As `formatRate`, calmer: two digits, for what changes every second under the eye. */
export function formatRoundRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.1) return '<0.1/s';
  if (perSecond >= 999.5) return formatRate(perSecond);
  return `${String(perSecond >= 9.95 ? Math.round(perSecond) : Number(perSecond.toFixed(1)))}/s`;
}

/** Bytes per second in decimal units. */
export function formatByteRate(perSecond: number): string {
  if (perSecond < 999.5) return `${formatNumber(Math.round(perSecond))}${thin}B/s`;
  if (perSecond < 999_500) return `${formatNumber(perSecond / 1e3)}${thin}kB/s`;
  if (perSecond < 999_500_000) return `${formatNumber(perSecond / 1e6)}${thin}MB/s`;
  return `${formatNumber(perSecond / 1e9)}${thin}GB/s`;
}

/** A fraction of 1 as per cent: `4.1 %`. What is not zero never reads as zero, what is not all never as 100. */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return `<0.1${thin}%`;
  if (percent > 99.9 && percent < 100) return `>99.9${thin}%`;
  return `${threeDigits(Number(percent.toFixed(1)))}${thin}%`;
}

/** As `formatPercent` without decimals from 1 % on: for chips. */
export function formatRoundPercent(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 1) return formatPercent(fraction);
  if (percent > 99 && percent < 100) return formatPercent(fraction);
  return `${String(Math.round(percent))}${thin}%`;
}

/** Milliseconds as people say them: `0.4 ms`, `21 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  if (milliseconds < 1 && milliseconds > 0) return `${String(Number(milliseconds.toPrecision(2)))}${thin}ms`;
  if (milliseconds < 999.5) return `${threeDigits(milliseconds)}${thin}ms`;
  if (milliseconds < 59_950) return `${threeDigits(milliseconds / 1000)}${thin}s`;
  const seconds = Math.round(milliseconds / 1000);
  const rest = seconds % 60;
  const minutes = `${String(Math.floor(seconds / 60))}${thin}min`;
  return rest === 0 ? minutes : `${minutes} ${String(rest)}${thin}s`;
}

/** As `formatDuration` with whole milliseconds from 1 ms on: for cards. */
export function formatRoundDuration(milliseconds: number): string {
  return formatDuration(milliseconds >= 1 && milliseconds < 999.5 ? Math.round(milliseconds) : milliseconds);
}

/** How long ago, coarse: `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 d ago`. */
export function formatAgo(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${String(seconds)}${thin}s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))}${thin}min ago`;
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3600))}${thin}h ago`;
  return `${String(Math.floor(seconds / 86_400))}${thin}d ago`;
}

/** `1 service`, `2 services`; counts are exact, in groups of three digits from ten thousand on. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  const digits = count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, thin);
  return `${digits} ${count === 1 ? one : many}`;
}
