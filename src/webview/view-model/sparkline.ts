export interface Sparkline {
  /** `d` of the stroked line; gaps where nothing is known. */
  readonly line: string;
  /** `d` of the area under it. */
  readonly area: string;
}

/** A series as two SVG paths in a box of `width` × `height`. `max` is the value at the top; negative ones count as 0. */
export function sparkline(values: readonly (number | null)[], width: number, height: number, max: number): Sparkline {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const top = max > 0 ? max : 1;
  // Room for half the stroke at both rims.
  const y = (value: number): number => height - 1 - (Math.min(Math.max(value, 0), top) / top) * (height - 2);
  const line: string[] = [];
  const area: string[] = [];
  let run: { x: number; y: number }[] = [];
  const flush = (): void => {
    const [first] = run;
    const last = run.at(-1);
    if (first !== undefined && last !== undefined) {
      const points = run.map((point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`);
      // A lone point is drawn as a short dash, or it would be invisible.
      line.push(`M${points.join('L')}${run.length === 1 ? 'h1' : ''}`);
      area.push(`M${first.x.toFixed(1)} ${String(height)}L${points.join('L')}L${last.x.toFixed(1)} ${String(height)}Z`);
    }
    run = [];
  };
  values.forEach((value, index) => {
    if (value === null) flush();
    else run.push({ x: index * step, y: y(value) });
  });
  flush();
  return { line: line.join(''), area: area.join('') };
}

/** The largest known value; 0 for none. */
export function peak(...series: readonly (readonly (number | null)[])[]): number {
  return series.reduce((high, values) => values.reduce<number>((top, value) => Math.max(top, value ?? 0), high), 0);
}

/** The newest known value. */
export function latest(values: readonly (number | null)[]): number | undefined {
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}
