import type { CelConstant } from './cel-expr.ts';
import type { CelToken } from './cel-tokens.ts';
import { CelSyntaxError } from './cel-tokens.ts';

const largestInt = 2n ** 63n - 1n;
const largestUint = 2n ** 64n - 1n;

/** What a literal stands for, with the sign before it. */
export function constantOf({ type, text, value, start }: CelToken, sign: '' | '-'): CelConstant {
  if (type === 'string') return { case: 'stringValue', value: String(value) };
  if (type === 'bytes') return { case: 'bytesValue', value: value instanceof Uint8Array ? value : new Uint8Array() };
  if (type === 'double') {
    const number = Number(sign + text);
    if (!Number.isFinite(number)) throw new CelSyntaxError('a number that is too large', start);
    return { case: 'doubleValue', value: number };
  }
  const size = BigInt(text);
  const isTooLarge = size > (type === 'uint' ? largestUint : largestInt + (sign === '-' ? 1n : 0n));
  if (isTooLarge) throw new CelSyntaxError('a number that is too large', start);
  return type === 'uint'
    ? { case: 'uint64Value', value: size }
    : { case: 'int64Value', value: sign === '-' ? -size : size };
}
