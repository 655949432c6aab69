/** Three significant digits, with a thin space before the unit: "9.12 ms", "1.2 s". */
export function milliseconds(value: number): string {
  const [amount, unit] = value >= 1000 ? [value / 1000, 's'] : [value, 'ms'];
  return `${Number(amount.toPrecision(3))}\u2009${unit}`;
}
