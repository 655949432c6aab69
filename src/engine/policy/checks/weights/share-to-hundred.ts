/**
 * Whole numbers that add up to 100 and keep the proportions of the given weights as well as whole numbers can (largest
 * remainder). Equal shares where all are 0.
 */
export function shareToHundred(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const exact = weights.map((weight) => (sum > 0 ? (weight / sum) * 100 : 100 / weights.length));
  const floors = exact.map(Math.floor);
  let missing = 100 - floors.reduce((total, share) => total + share, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (missing <= 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    missing--;
  }
  return floors;
}
