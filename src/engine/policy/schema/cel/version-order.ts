/** Versions as Semantic Versioning writes and orders them. */

export interface Version {
  /** Major, minor and patch. */
  readonly numbers: readonly bigint[];
  readonly pre: readonly string[];
}

const form =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const largest = 2n ** 64n;

/** `isLenient` takes `v1.2` for `1.2.0`, and leading zeros. */
export function parseVersion(text: string, isLenient = false): Version | undefined {
  const match = form.exec(isLenient ? completed(text) : text);
  if (!match) return undefined;
  const numbers = [match[1], match[2], match[3]].map((digits) => BigInt(digits ?? '0'));
  const pre = match[4]?.split('.') ?? [];
  const isSound = numbers.every((number) => number < largest) && !pre.some((part) => /^0\d+$/.test(part));
  return isSound ? { numbers, pre } : undefined;
}

function completed(text: string): string {
  const [major = '', minor, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(rest.length > 0 ? [rest.join('.')] : [])];
  const last = parts.at(-1) ?? '';
  if (parts.length < 3 && /[-+]/.test(last)) return '';
  const trimmed = parts.map((part) => {
    if (part.length < 2) return part;
    const digits = part.replace(/^0+/, '');
    return /^\d/.test(digits) ? digits : `0${digits}`;
  });
  return [...trimmed, '0', '0'].slice(0, Math.max(3, trimmed.length)).join('.');
}

/** Negative where the first comes before the second. What is built from a version does not order it. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (const [index, part] of a.pre.entries()) {
    const other = b.pre[index];
    if (other === undefined) return 1;
    if (part !== other) return comparePre(part, other);
  }
  return a.pre.length < b.pre.length ? -1 : 0;
}

/** Numbers come before words. */
function comparePre(a: string, b: string): number {
  const [first, second] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (first !== second) return first ? -1 : 1;
  const isLess = first ? BigInt(a) < BigInt(b) : a < b;
  return isLess ? -1 : 1;
}
