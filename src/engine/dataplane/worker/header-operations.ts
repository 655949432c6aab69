import type { HeaderList } from '../http/header-list.ts';
import { isValidToken, isValidValue } from '../http/field-names.ts';
import type { HeaderOperations } from '../../policy/semantics/routing/compiled.ts';

interface PreparedOperations {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [string, string])[];
  readonly add: readonly (readonly [string, string])[];
}

/** Owned by the codec: a policy that sets them would break the framing. */
const reserved = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'keep-alive', 'te']);

function usable(name: string): boolean {
  return isValidToken(name) && !reserved.has(name);
}

/** Values of policies are text, fields are bytes: what is not ASCII goes out as UTF-8. Invalid ones are left out. */
function fieldsOf(values: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(values)
    .map(([name, value]) => [name.toLowerCase(), Buffer.from(value, 'utf8').toString('latin1')] as const)
    .filter(([name, value]) => usable(name) && isValidValue(value));
}

const prepared = new WeakMap<HeaderOperations, PreparedOperations | null>();

function prepare(operations: HeaderOperations): PreparedOperations | null {
  const result = {
    remove: operations.remove.map((name) => name.toLowerCase()).filter(usable),
    set: fieldsOf(operations.set),
    add: fieldsOf(operations.add),
  };
  return result.remove.length + result.set.length + result.add.length === 0 ? null : result;
}

/** Applies operations of a rule or a destination. Removal comes first, as in Envoy. */
export function applyHeaderOperations(headers: HeaderList, operations: HeaderOperations): void {
  let ready = prepared.get(operations);
  if (ready === undefined) {
    ready = prepare(operations);
    prepared.set(operations, ready);
  }
  if (ready === null) return;
  for (const name of ready.remove) headers.remove(name);
  for (const [name, value] of ready.set) headers.set(name, value);
  for (const [name, value] of ready.add) headers.append(name, value);
}
