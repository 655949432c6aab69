/** When two matches of routes are for exactly the same requests. */
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';

/** Equal for matches that the same requests fit. An absent match is one that everything fits. */
export function matchKey(kind: KindKey, match: UntrustedRecord | undefined): string {
  const conditions = [namedConditions(match, 'headers', true), namedConditions(match, 'queryParams', false)];
  if (kind === Kinds.grpcRoute) return JSON.stringify(['grpc', grpcMethod(fieldOf(match, 'method')), ...conditions]);
  const method = stringOf(fieldOf(match, 'method')) ?? '';
  return JSON.stringify(['http', pathOf(fieldOf(match, 'path')), method, ...conditions]);
}

/** Every request fits. */
export function isCatchAll(kind: KindKey, match: UntrustedRecord | undefined): boolean {
  return matchKey(kind, match) === matchKey(kind, undefined);
}

function pathOf(path: unknown): readonly [string, string] {
  const type = stringOf(fieldOf(path, 'type')) ?? 'PathPrefix';
  const value = stringOf(fieldOf(path, 'value')) ?? '/';
  // Prefixes are of whole segments: a slash at the end changes nothing.
  if (type === 'PathPrefix' && value.length > 1 && value.endsWith('/')) return [type, value.slice(0, -1)];
  return [type, value];
}

function grpcMethod(method: unknown): readonly string[] {
  const parts = ['service', 'method'].map((key) => stringOf(fieldOf(method, key)) ?? '');
  const isAny = parts.every((part) => part === '');
  return [isAny ? 'Exact' : (stringOf(fieldOf(method, 'type')) ?? 'Exact'), ...parts];
}

/** Of conditions on one name only the first counts; names of headers have no case. */
function namedConditions(match: unknown, key: 'headers' | 'queryParams', ignoresCase: boolean): readonly string[] {
  const byName = new Map<string, string>();
  for (const entry of listOf(fieldOf(match, key))) {
    const written = stringOf(fieldOf(entry, 'name')) ?? '';
    const name = ignoresCase ? written.toLowerCase() : written;
    const type = stringOf(fieldOf(entry, 'type')) ?? 'Exact';
    if (!byName.has(name)) byName.set(name, JSON.stringify([name, type, fieldOf(entry, 'value') ?? null]));
  }
  return [...byName.values()].sort();
}
