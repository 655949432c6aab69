/** Statuses with which a proxy may answer by itself; Istio lets 600 pass. */
export function isHttpStatus(status: number): boolean {
  return status >= 200 && status <= 600;
}

/** Statuses that Go knows by name, which are those on which a request may be tried again. */
export function isNamedStatus(status: number): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to);
}

const ranges: readonly (readonly [number, number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];
