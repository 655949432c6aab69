const goldenRatioConjugate = 0.618_033_988_749_894_9;

/** Yields numbers in [0, 1). */
export type NumberSequence = (random: () => number) => number;

/**
 * An even sequence instead of independent draws. A developer judges a 50/50 split by two seconds of traffic: forty
 * independent draws are off by 6 % on average, this sequence by less than 3 %. It starts at a random point and moves by the
 * golden ratio (a Kronecker sequence with Cranley-Patterson rotation): discrepancy falls as log(n)/n and long-run shares
 * equal the weights. Unlike a smooth round-robin it stays even over every arithmetic subsequence, so that two calls per
 * page that take turns do not always get the same half of a split.
 */
export function createEvenSequence(): NumberSequence {
  let last: number | undefined;
  return (random) => {
    let next = last === undefined ? random() : last + goldenRatioConjugate;
    if (next >= 1) next -= 1;
    last = next;
    return next;
  };
}

/** Position of the chosen weight for a point in [0, 1); undefined where all weights are zero. */
export function pickByWeight(weights: readonly number[], point: number): number | undefined {
  let total = 0;
  for (const weight of weights) total += weight;
  if (!(total > 0)) return undefined;
  let rest = point * total;
  let chosen: number | undefined;
  let index = 0;
  for (const weight of weights) {
    if (weight > 0) {
      chosen = index;
      rest -= weight;
      if (rest < 0) break;
    }
    index++;
  }
  return chosen;
}
