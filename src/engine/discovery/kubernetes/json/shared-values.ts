import { randomBytes } from 'node:crypto';
import { isRecord } from '../../../../shared/untrusted.ts';
import { ChoiceOutline, FieldsOutline, ListOutline, type Outline } from './outline.ts';

/** Nobody who writes to a cluster can guess it, so that no text of an object is taken for a mark. */
const secret = `${randomBytes(16).toString('hex')}:`;

/** What stands in a JSON text for a value that is put there when the text was parsed. */
export const sharedMark = (index: number): string => `"${secret}${index}"`;

/** Puts shared values where their marks are in a value that was just parsed; only parts that the outline shares are looked at. */
export function putShared(value: unknown, outline: Outline, shared: readonly unknown[]): unknown {
  if (outline === 'whole') return value;
  if (outline instanceof FieldsOutline) {
    if (isRecord(value)) {
      const fields = value as Record<string, unknown>;
      for (const [name, kept] of outline.sharing)
        if (Object.hasOwn(fields, name)) fields[name] = putShared(fields[name], kept, shared);
    }
    return value;
  }
  if (outline instanceof ListOutline) {
    if (Array.isArray(value) && outline.holdsShared) {
      const items = value as unknown[];
      for (const [at, item] of items.entries()) items[at] = putShared(item, outline.items, shared);
    }
    return value;
  }
  if (outline instanceof ChoiceOutline) {
    let chosen = value;
    for (const kept of outline.sharing) chosen = putShared(chosen, kept, shared);
    return chosen;
  }
  return typeof value === 'string' && value.startsWith(secret) ? shared[Number(value.slice(secret.length))] : value;
}
