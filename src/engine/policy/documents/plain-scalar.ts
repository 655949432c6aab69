/**
 * Unquoted scalars as Kubernetes reads them. Its YAML goes through goyaml v2 (YAML 1.1 with Go's number syntax), so `on`,
 * `yes` and `y` are booleans and `0644` is octal, while dates and base-60 numbers stay texts.
 */
const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const infinities: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const longestNumber = 64;
const decimalInteger = /^[-+]?(?:0|[1-9][0-9]*)$/;
const octalInteger = /^[-+]?0o?[0-7]+$/;
const hexInteger = /^[-+]?0[xX][0-9a-fA-F]+$/;
const binaryInteger = /^[-+]?0[bB][01]+$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

export type PlainValue = string | number | boolean | null;

/** The value of an unquoted scalar without a tag. */
export function resolvePlainScalar(text: string): PlainValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  return mayBeNumber ? (resolveNumber(text) ?? text) : text;
}

/** Whether writing this text without quotes would make something else of it than a text. */
export function isPlainString(text: string): boolean {
  return typeof resolvePlainScalar(text) === 'string';
}

const words12: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

/**
 * What a reader of YAML 1.2 makes of an unquoted scalar that Kubernetes reads as something else: `yes` is a text there,
 * `0644` the number 644. Undefined where both agree.
 */
export function resolveAsYaml12(text: string): PlainValue | undefined {
  const here = resolvePlainScalar(text);
  if (typeof here === 'string') return undefined;
  const there = yaml12(text, here);
  return Object.is(there, here) ? undefined : there;
}

function yaml12(text: string, here: PlainValue): PlainValue {
  const word = words12.get(text);
  if (word !== undefined) return word;
  if (typeof here !== 'number') return text;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text)) return here;
  return /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text) || infinities.has(text) ? here : text;
}

function resolveNumber(text: string): number | undefined {
  const special = infinities.get(text);
  if (special !== undefined) return special;
  if (text.length > longestNumber) return undefined;
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  if (decimalInteger.test(digits)) return Number(digits);
  if (octalInteger.test(digits)) return radix(digits, 8, /^0o?/);
  if (hexInteger.test(digits)) return radix(digits, 16, /^0[xX]/);
  if (binaryInteger.test(digits)) return radix(digits, 2, /^0[bB]/);
  return float.test(digits) ? Number(digits) : undefined;
}

function radix(text: string, base: number, prefix: RegExp): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replace(prefix, '');
  return (negative ? -1 : 1) * (digits === '' ? 0 : Number.parseInt(digits, base));
}
