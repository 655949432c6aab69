/**
 * Values of types that only Kubernetes' CEL has: quantities, versions, addresses, optional values. To the library they are
 * mappings, equal where what identifies them is; a rule that reads them as mappings gets an error.
 */
import type { CelInput, CelMap } from '@bufbuild/cel';
import { CelScalar, isCelMap, mapType } from '@bufbuild/cel';

export const opaque = mapType(CelScalar.STRING, CelScalar.DYN);

type OpaqueType = 'optional' | 'quantity' | 'version' | 'address' | 'range' | 'url' | 'format';

const typeKey = '@type';

class OpaqueValue extends Map<string, CelInput> {
  readonly #type: OpaqueType;
  readonly #parts: Readonly<Record<string, CelInput>>;

  constructor(type: OpaqueType, identity: CelInput, parts: Readonly<Record<string, CelInput>>) {
    super([
      [typeKey, type],
      ['@identity', identity],
    ]);
    this.#type = type;
    this.#parts = parts;
  }

  override get(key: string): CelInput | undefined {
    if (this.has(key)) return super.get(key);
    if (typeof key === 'string' && Object.hasOwn(this.#parts, key)) return this.#parts[key];
    throw new Error(`it takes a field from a value of type \`${this.#type}\``);
  }
}

/** `parts` are read by `partOf`, and do not matter to whether two values are equal. */
export function opaqueValue(
  type: OpaqueType,
  identity: CelInput,
  parts: Readonly<Record<string, CelInput>> = {},
): ReadonlyMap<string, CelInput> {
  return new OpaqueValue(type, identity, { '@parts': true, ...parts });
}

/** The type of an opaque value; undefined for all others. */
export function opaqueTypeOf(value: unknown): OpaqueType | undefined {
  if (!isCelMap(value) || value.size !== 2 || ![...value.keys()].includes(typeKey)) return undefined;
  return value.get(typeKey) as OpaqueType;
}

/** A part of a value that must be of the type. */
export function partOf(value: CelMap, type: OpaqueType, key: string): unknown {
  if (opaqueTypeOf(value) !== type) throw new Error(`it takes something else for a value of type \`${type}\``);
  return value.get(key);
}

export function identityOf(value: CelMap, type: OpaqueType): unknown {
  return partOf(value, type, '@identity');
}
