/** Narrowing of values that were read from files or a cluster. */
export type UntrustedRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is UntrustedRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property, so that keys such as `constructor` read as absent. */
export function fieldOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function recordOf(value: unknown): UntrustedRecord | undefined {
  return isRecord(value) ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Entries of a mapping whose values are texts; others are left out. The mapping itself where all are texts. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  if (holdsTexts(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]): [string, string][] => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

function holdsTexts(value: UntrustedRecord): value is Readonly<Record<string, string>> {
  for (const key of Object.keys(value)) if (typeof value[key] !== 'string') return false;
  return true;
}

/** Follows a path through mappings and lists; undefined where it ends early. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    current = typeof step === 'number' ? listOf(current)[step] : fieldOf(current, step);
    if (current === undefined) return undefined;
  }
  return current;
}
