/** Wall-clock time of an instant in the reader's zone, `14:05` or `14:05:09`. `at` is ISO 8601 or epoch milliseconds. */
export function formatClock(at: string | number, withSeconds = false): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '–';
  const pair = (value: number): string => String(value).padStart(2, '0');
  const clock = `${pair(date.getHours())}:${pair(date.getMinutes())}`;
  return withSeconds ? `${clock}:${pair(date.getSeconds())}` : clock;
}

/** The exact instant, for tooltips of relative times: `2026-11-23 14:05:09.120`. */
export function formatInstant(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '–';
  const pair = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${pair(date.getMonth() + 1)}-${pair(date.getDate())}`;
  return `${day} ${formatClock(at, true)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
