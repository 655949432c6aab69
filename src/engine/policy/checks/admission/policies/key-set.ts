/** Reads JSON Web Key Sets as far as it takes to see whether they can be used. */
import type { UntrustedRecord } from '../../../../../shared/untrusted.ts';
import { isRecord, stringOf } from '../../../../../shared/untrusted.ts';

export interface KeySet {
  /** Why it cannot be read. */
  readonly problem?: string;
  /** Indexes of keys that are, or hold, a secret. */
  readonly privateKeys: readonly number[];
}

const needed: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

/** A set, or one key by itself. */
export function readKeySet(text: string): KeySet {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'These keys are no JSON.', privateKeys: [] };
  }
  if (!isRecord(value)) return { problem: 'These keys are no mapping with `keys`.', privateKeys: [] };
  const keys: readonly unknown[] = Array.isArray(value.keys) ? value.keys : [value];
  for (const [index, key] of keys.entries()) {
    const problem = isRecord(key) ? keyProblem(key) : 'is no mapping';
    if (problem !== undefined) return { problem: `Key ${String(index + 1)} ${problem}.`, privateKeys: [] };
  }
  const privateKeys = keys.flatMap((key, index) =>
    isRecord(key) && (key.kty === 'oct' || typeof key.d === 'string') ? [index] : [],
  );
  return { privateKeys };
}

function keyProblem(key: UntrustedRecord): string | undefined {
  const type = stringOf(key.kty);
  const fields = type !== undefined && Object.hasOwn(needed, type) ? needed[type] : undefined;
  if (!fields) return 'has no type (`kty`) that is known: RSA, EC, OKP or oct';
  const missing = fields.find((field) => (stringOf(key[field]) ?? '') === '');
  return missing === undefined ? undefined : `lacks \`${missing}\``;
}
