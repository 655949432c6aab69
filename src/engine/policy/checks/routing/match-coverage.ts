/**
 * Whether every request that fits one match also fits another. "No" where it cannot be told (two regular expressions):
 * a rule is called unreachable only if it is.
 */
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { hostCovers } from '../../semantics/hosts.ts';
import type { RouteType } from './virtual-service-view.ts';

/** Fields that say nothing about which requests fit. */
const labels: ReadonlySet<string> = new Set(['name', 'statPrefix', 'ignoreUriCase']);

/** `wide` and `narrow` are entries of `match`; `gateways` are those of the whole VirtualService. */
export function matchCovers(
  type: RouteType,
  wide: UntrustedRecord,
  narrow: UntrustedRecord,
  gateways: readonly string[],
): boolean {
  return Object.keys(wide).every((key) => {
    if (labels.has(key) || wide[key] === null || wide[key] === undefined) return true;
    return fieldCovers(type, key, wide, narrow, gateways);
  });
}

function fieldCovers(
  type: RouteType,
  key: string,
  wide: UntrustedRecord,
  narrow: UntrustedRecord,
  gateways: readonly string[],
): boolean {
  const [a, b] = [wide[key], fieldOf(narrow, key)];
  switch (key) {
    case 'uri':
      return uriCovers(wide, narrow);
    case 'scheme':
    case 'method':
    case 'authority':
      return stringCovers(a, b);
    case 'headers':
    case 'queryParams':
    case 'withoutHeaders':
      return isRecord(a) && Object.keys(a).every((name) => conditionCovers(key, a[name], b, name));
    case 'sourceLabels':
      return (
        isRecord(a) && Object.keys(a).every((name) => isRecord(b) && Object.hasOwn(b, name) && b[name] === a[name])
      );
    case 'gateways': {
      const inner = listOf(b).length > 0 ? listOf(b) : gateways;
      return listOf(a).length === 0 || inner.every((name) => listOf(a).includes(name));
    }
    case 'sniHosts':
      return (
        type === 'tls' &&
        listOf(b).length > 0 &&
        listOf(b).every((host) => listOf(a).some((each) => sniCovers(each, host)))
      );
    case 'destinationSubnets':
      return listOf(b).length > 0 && listOf(b).every((subnet) => listOf(a).includes(subnet));
    default:
      return a === b;
  }
}

function sniCovers(wide: unknown, narrow: unknown): boolean {
  return typeof wide === 'string' && typeof narrow === 'string' && hostCovers(wide, narrow);
}

function uriCovers(wide: UntrustedRecord, narrow: UntrustedRecord): boolean {
  // Every path begins with a slash.
  if (prefixOf(wide.uri) === '/') return true;
  const ignoresCase = wide.ignoreUriCase === true;
  if (narrow.ignoreUriCase === true && !ignoresCase) return false;
  return stringCovers(wide.uri, fieldOf(narrow, 'uri'), ignoresCase);
}

function conditionCovers(key: string, wide: unknown, narrow: unknown, name: string): boolean {
  const inner = fieldOf(narrow, name);
  // An empty condition in `headers` is presence, which every other condition on the header implies. A negated one is
  // narrower the more it excludes, so only equal ones are compared.
  if (key === 'withoutHeaders') return inner !== undefined && JSON.stringify(inner) === JSON.stringify(wide);
  if (isRecord(wide) && Object.keys(wide).length === 0) return isRecord(inner);
  return stringCovers(wide, inner);
}

function stringCovers(wide: unknown, narrow: unknown, ignoresCase = false): boolean {
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  const regex = stringOf(fieldOf(wide, 'regex'));
  if (regex !== undefined) return stringOf(fieldOf(narrow, 'regex')) === regex && !ignoresCase;
  const exact = stringOf(fieldOf(wide, 'exact'));
  const innerExact = stringOf(fieldOf(narrow, 'exact'));
  if (exact !== undefined) return innerExact !== undefined && fold(innerExact) === fold(exact);
  const prefix = prefixOf(wide);
  if (prefix === undefined) return false;
  const inner = innerExact ?? prefixOf(narrow);
  return inner !== undefined && fold(inner).startsWith(fold(prefix));
}

function prefixOf(value: unknown): string | undefined {
  return stringOf(fieldOf(value, 'prefix'));
}
