/** One line of the bench: what was measured, beside whom, and what was promised. */
export interface BenchRow {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly budget: string;
  readonly met: boolean;
}

/** The rows as a Markdown table, as the README shows them. */
export function benchTable(rows: readonly BenchRow[]): string {
  const lines = rows.map(
    ({ what, ours, peer, budget, met }) =>
      `| ${what} | ${ours} | ${peer} | ${budget} | ${met ? 'met' : '**missed**'} |`,
  );
  return ['| what | Meshlens | beside | budget | |', '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

export const digits = (value: number, significant = 3): string =>
  Number.isFinite(value) ? Number(value.toPrecision(significant)).toLocaleString('en', { useGrouping: false }) : '–';
