/** Before units: narrow, and no place to break a line. */
const thinSpace = '\u202f';

/** `4.1 %`, `12.3 %`, `< 0.01 %`, with a thin space. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return `<${thinSpace}0.01${thinSpace}%`;
  return `${Number(value.toPrecision(value < 10 ? 2 : 3))}${thinSpace}%`;
}

/** `48/s`, `0.25/s`: three significant digits. */
export function perSecond(rate: number): string {
  return `${Number(rate.toPrecision(3))}/s`;
}

/** `9.2 ms`, `1.5 s`, with a thin space. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Number(milliseconds.toPrecision(2))}${thinSpace}ms`
    : `${Number((milliseconds / 1000).toPrecision(2))}${thinSpace}s`;
}

/** `1.2 kB/s`, with a thin space. */
export function bytesPerSecond(rate: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  let value = rate;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${Number(value.toPrecision(3))}${thinSpace}${units[unit] ?? 'B'}/s`;
}

/** `60 s`, `10 min`, with a thin space. */
export function seconds(amount: number): string {
  return amount >= 120 && amount % 60 === 0
    ? `${amount / 60}${thinSpace}min`
    : `${Number(amount.toPrecision(3))}${thinSpace}s`;
}

/** Hour and minute in the zone of this machine, which is the reader's: `00:14`. */
export function clockTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return 'an unknown time';
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
}
