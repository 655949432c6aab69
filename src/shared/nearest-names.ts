import { compareText } from './compare.ts';

/**
 * The known names a misspelt one may stand for, nearest first: at most a third of the letters differ (swapped neighbours
 * count once), or one name contains the other.
 */
export function nearestNames(wrong: string, known: Iterable<string>, limit = 3): readonly string[] {
  const word = wrong.toLowerCase();
  const candidates: { readonly name: string; readonly distance: number }[] = [];
  // Of two letters every other pair is "near": `v1` and `v2` are not each other's misspelling, nor `v10` and `v11`.
  // Full names of hosts are long and mostly the same: more than four letters are another name.
  const most = Math.min(4, Math.floor(word.length / 3));
  for (const name of new Set(known)) {
    if (name === wrong || name.length > 300) continue;
    const other = name.toLowerCase();
    if (word.length === 3 && withoutDigits(word) === withoutDigits(other) && word !== other) continue;
    const distance = distanceWithin(most, word, other);
    if (distance <= most) candidates.push({ name, distance });
    else if (word.length >= 3 && (other.includes(word) || (word.includes(other) && other.length >= 3))) {
      candidates.push({ name, distance: most + 1 });
    }
  }
  return candidates
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .slice(0, limit)
    .map(({ name }) => name);
}

const withoutDigits = (word: string): string => word.replace(/\d/g, '');

/**
 * The same for words that a field or a choice can be, which nobody names freely. Of two letters that are swapped, or
 * lack one, there may be one such word only.
 */
export function nearestWords(wrong: string, known: readonly string[]): readonly string[] {
  const near = nearestNames(wrong, known);
  if (near.length > 0 || !/^[a-z]{2}$/i.test(wrong)) return near;
  const [first = '', second = ''] = wrong.toLowerCase();
  const slips = known.filter((word) => {
    const other = word.toLowerCase();
    return other === second + first || (other.length === 3 && lacksOne(other, first, second));
  });
  return slips.length === 1 ? slips : [];
}

function lacksOne([a, b, c]: string, first: string, second: string): boolean {
  return (a === first && (b === second || c === second)) || (b === first && c === second);
}

/**
 * Known names of which the wrong one is almost certainly a misspelling: neighbours swapped, or one letter too many or too
 * few. A replaced letter does not count, as in `team-a` and `team-b`, nor do digits.
 */
export function misspellingsOf(wrong: string, known: Iterable<string>): readonly string[] {
  return nearestNames(wrong, known, 10)
    .filter((name) => isSlip(wrong, name))
    .slice(0, 3);
}

/** Whether one letter is too many, too few or another one, or two are swapped. Digits tell names apart on purpose. */
export function isOneLetterOff(wrong: string, known: string): boolean {
  if (Math.abs(wrong.length - known.length) > 1 || withoutDigits(wrong) === withoutDigits(known)) return false;
  return distanceWithin(1, wrong, known) === 1;
}

function isSlip(a: string, b: string): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  if (short.length < 4 || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && long[at] === short[at]) at++;
  if (long.length > short.length) return /[a-z]/i.test(long[at] ?? '') && long.slice(at + 1) === short.slice(at);
  const [first = '', second = ''] = [long[at], long[at + 1]];
  return /[a-z]{2}/i.test(first + second) && long.slice(0, at) + second + first + long.slice(at + 2) === short;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that make one of the other; one
 * more than the most where it takes more.
 */
function distanceWithin(most: number, a: string, b: string): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  if (most === 0) return a === b ? 0 : 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  let leastOfLast = 0;
  for (let i = 1; i <= a.length; i++) {
    const letter = a.charCodeAt(i - 1);
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const other = b.charCodeAt(j - 1);
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (letter === other ? 0 : 1));
      if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
      if (best < least) least = best;
    }
    // A row is made of the two before it, of the first of them at the price of a swap: it gets no better from here.
    if (least > most && leastOfLast >= most) return most + 1;
    leastOfLast = least;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length] ?? 0, most + 1);
}

/** Continues a sentence: ` Did you mean \`a\` or \`b\`?`; empty without names. */
export function didYouMean(names: readonly string[]): string {
  if (names.length === 0) return '';
  const quoted = names.map((name) => `\`${name}\``);
  const all = quoted.length === 1 ? quoted[0] : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
  return ` Did you mean ${all ?? ''}?`;
}
