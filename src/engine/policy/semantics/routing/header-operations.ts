import type { SpecNode } from '../spec-node.ts';
import type { HeaderOperations } from './compiled.ts';
import { noHeaderOperations } from './compiled.ts';

/** `headers` of a route or a destination. */
export interface HeaderRules {
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  /** Host that setting or adding `host` or `:authority` to the request asks for; `set` wins over `add`. */
  readonly authority?: string;
}

const isAuthority = (name: string): boolean => name === 'host' || name === ':authority';
/** Envoy cannot modify these: operations on them are dropped. */
const isInternal = (name: string): boolean => name === 'host' || name.startsWith(':');
const validName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** A value with a control character would be a second header or a second request. Tabs are allowed (RFC 9110, section 5.5). */
const control = /(?=\p{ASCII})[^\P{Cc}\t]/u;

interface Values {
  readonly values: Readonly<Record<string, string>>;
  readonly authority?: string;
}

function readValues(node: SpecNode, direction: 'request' | 'response'): Values {
  const values: [string, string][] = [];
  let authority: string | undefined;
  for (const [key, item] of node.entries()) {
    const name = key.toLowerCase();
    const value = item.string();
    if (value === undefined) continue;
    if (control.test(value)) {
      item.error(`The value of header ${name} contains a control character.`);
    } else if (direction === 'request' && isAuthority(name)) {
      authority = value;
    } else if (isInternal(name)) {
      item.error(`Header ${name} cannot be changed.`);
    } else if (!validName.test(name)) {
      item.error(`"${name}" is not the name of a header.`);
    } else {
      values.push([name, value]);
    }
  }
  return { values: Object.fromEntries(values), ...(authority !== undefined && { authority }) };
}

function readRemoved(node: SpecNode): readonly string[] {
  return node.items().flatMap((item) => {
    const name = item.string()?.toLowerCase();
    if (name === undefined) return [];
    if (!isInternal(name) && validName.test(name)) return [name];
    item.error(isInternal(name) ? `Header ${name} cannot be removed.` : `"${name}" is not the name of a header.`);
    return [];
  });
}

function readDirection(node: SpecNode, direction: 'request' | 'response'): [HeaderOperations, string | undefined] {
  const set = readValues(node.child('set'), direction);
  const add = readValues(node.child('add'), direction);
  const operations = { set: set.values, add: add.values, remove: readRemoved(node.child('remove')) };
  return [operations, set.authority ?? add.authority];
}

/** Reads `headers`; undefined where there is none. */
export function readHeaderRules(node: SpecNode): HeaderRules | undefined {
  if (!node.present) return undefined;
  const [request, authority] = readDirection(node.child('request'), 'request');
  const [response] = readDirection(node.child('response'), 'response');
  return { request, response, ...(authority !== undefined && { authority }) };
}

export const noHeaderRules: HeaderRules = { request: noHeaderOperations, response: noHeaderOperations };

const join = (first: string | undefined, second: string): string =>
  first === undefined ? second : `${first},${second}`;

/** One set of operations that does what `first` and then `second` do. Each removes, then sets, then adds. */
function composeHeaderOperations(first: HeaderOperations, second: HeaderOperations): HeaderOperations {
  const remove = new Set([...first.remove, ...second.remove]);
  const set = new Map(Object.entries(first.set));
  const add = new Map(Object.entries(first.add));
  for (const name of [...second.remove, ...Object.keys(second.set)]) {
    set.delete(name);
    add.delete(name);
  }
  for (const [name, value] of Object.entries(second.set)) set.set(name, value);
  for (const [name, value] of Object.entries(second.add)) add.set(name, join(add.get(name), value));
  return { set: Object.fromEntries(set), add: Object.fromEntries(add), remove: [...remove] };
}

/**
 * Operations of a rule and of one of its destinations together. With one destination Istio writes both lists one after
 * the other, so that the destination wins; with several they are Envoy's weighted clusters, which come before the route,
 * so that the rule wins.
 */
export function combineHeaderOperations(
  rule: HeaderOperations,
  destination: HeaderOperations,
  isOnlyDestination: boolean,
): HeaderOperations {
  if (!isOnlyDestination) return composeHeaderOperations(destination, rule);
  const remove = [...new Set([...rule.remove, ...destination.remove])];
  return composeHeaderOperations({ ...rule, remove }, { ...destination, remove: [] });
}

/** What operations do to headers, in Envoy's order: remove, then set, then add. Names in lower case. */
export function applyHeaderOperations(
  headers: ReadonlyMap<string, string>,
  operations: HeaderOperations,
): Map<string, string> {
  const result = new Map(headers);
  for (const name of operations.remove) result.delete(name);
  for (const [name, value] of Object.entries(operations.set)) result.set(name, value);
  for (const [name, value] of Object.entries(operations.add)) result.set(name, join(result.get(name), value));
  return result;
}
