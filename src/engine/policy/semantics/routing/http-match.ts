/** Entries of `http[].match`: what is decided per request, and what selects the proxy the rule is compiled for. */
import type { Labels } from '../../../model/mesh-object.ts';
import { resolveGatewayName } from './gateway-name.ts';
import type { SpecNode } from '../spec-node.ts';
import type { CompiledMatch, StringMatch } from './compiled.ts';
import { regexProblem } from './string-match.ts';

/** Conditions on the proxy and its port, decided when routes are compiled. */
export interface MatchScope {
  /** `namespace/name` or `mesh`. Not empty: decides alone, and the source conditions are not looked at. */
  readonly gateways: readonly string[];
  readonly sourceLabels: Labels;
  readonly sourceNamespace?: string;
  readonly port?: number;
}

export interface HttpMatch {
  readonly scope: MatchScope;
  readonly compiled: CompiledMatch;
  readonly ignoreUriCase: boolean;
}

const maxRegexLength = 1024;

function checkRegex(node: SpecNode, regex: string): boolean {
  const problem =
    regex === ''
      ? 'The regular expression is empty.'
      : regex.length > maxRegexLength
        ? `The regular expression is longer than ${maxRegexLength} characters.`
        : regexProblem(regex);
  if (problem === undefined) return true;
  node.error(problem.startsWith('The ') ? problem : `RE2 refuses the regular expression: ${problem}.`);
  return false;
}

/** A matcher that never matches: stands for one that could not be read, so that its rule takes no request by mistake. */
const never: StringMatch = { type: 'regex', value: '[^\\x00-\\x{10FFFF}]' };

/** Reads a StringMatch. `{}` and the regex `*`, which RE2 would refuse, mean: present. */
function readStringMatch(node: SpecNode, options: { ignoreCase?: boolean; emptyPrefix?: boolean } = {}): StringMatch {
  const exact = node.child('exact');
  const prefix = node.child('prefix');
  const regex = node.child('regex');
  const given = [exact, prefix, regex].filter((candidate) => candidate.present);
  if (given.length > 1) node.error('Give only one of exact, prefix and regex.');
  const ignoreCase = options.ignoreCase === true ? { ignoreCase: true } : {};
  if (exact.present) {
    const value = exact.string();
    return value === undefined ? never : { type: 'exact', value, ...ignoreCase };
  }
  if (prefix.present) {
    const value = prefix.string();
    if (value === undefined) return never;
    if (value === '' && !options.emptyPrefix) prefix.error('The prefix must not be empty.');
    return { type: 'prefix', value, ...ignoreCase };
  }
  if (regex.present) {
    const value = regex.string();
    if (value === undefined) return never;
    if (value === '*') return { type: 'present' };
    return checkRegex(regex, value) ? { type: 'regex', value } : never;
  }
  if (node.present && (typeof node.value !== 'object' || Array.isArray(node.value))) {
    node.error('This must be a mapping with exact, prefix or regex.');
    return never;
  }
  return { type: 'present' };
}

/** Keys of `headers` that Istio ignores, as there are fields for them. */
const pseudoHeaders = new Set(['uri', 'scheme', 'method', 'authority']);

function readMap(node: SpecNode, lowerCase: boolean): Readonly<Record<string, StringMatch>> {
  const matches: [string, StringMatch][] = [];
  for (const [key, item] of node.entries()) {
    const name = lowerCase ? key.toLowerCase() : key;
    if (lowerCase && pseudoHeaders.has(name)) {
      item.warning(`Header match ${name} is ignored: use the field ${name} of the match.`);
      continue;
    }
    if (lowerCase && name !== key && !name.startsWith('@')) item.warning('Header names are matched in lower case.');
    matches.push([name, readStringMatch(item)]);
  }
  return Object.fromEntries(matches);
}

function readPort(node: SpecNode): number | undefined {
  const port = node.integer();
  // Zero is protobuf's unset.
  if (port === undefined || port === 0) return undefined;
  if (port < 1 || port > 65535) node.error(`${port} is not a port.`);
  return port;
}

/** `name` is the entry's position, `http[1].match[0]`. */
export function readHttpMatch(node: SpecNode, name: string, namespace: string): HttpMatch {
  const ignoreUriCase = node.child('ignoreUriCase').boolean() === true;
  const optional = (key: 'method' | 'authority' | 'scheme'): Partial<Record<typeof key, StringMatch>> => {
    const child = node.child(key);
    return child.present ? { [key]: readStringMatch(child) } : {};
  };
  const uri = node.child('uri');
  const sourceNamespace = node.child('sourceNamespace').string();
  const port = readPort(node.child('port'));
  return {
    scope: {
      gateways: node
        .child('gateways')
        .strings()
        .map((gateway) => resolveGatewayName(gateway, namespace)),
      sourceLabels: node.child('sourceLabels').stringMap(),
      ...(sourceNamespace !== undefined && sourceNamespace !== '' && { sourceNamespace }),
      ...(port !== undefined && { port }),
    },
    compiled: {
      name,
      ...(uri.present && { uri: readStringMatch(uri, { ignoreCase: ignoreUriCase, emptyPrefix: true }) }),
      ...optional('method'),
      ...optional('authority'),
      ...optional('scheme'),
      headers: readMap(node.child('headers'), true),
      withoutHeaders: readMap(node.child('withoutHeaders'), true),
      queryParams: readMap(node.child('queryParams'), false),
    },
    ignoreUriCase,
  };
}

/** Matches every request: no condition but a path that is `/` as prefix or `.*` as regex, spelled exactly so. */
export function isCatchAll(match: CompiledMatch): boolean {
  const { uri } = match;
  const anyPath =
    uri === undefined ||
    (uri.type === 'prefix' && uri.value === '/') ||
    (uri.type === 'regex' && uri.value === '.*') ||
    uri.type === 'present';
  const conditions = [match.method, match.authority, match.scheme].some((condition) => condition !== undefined);
  const maps = [match.headers, match.withoutHeaders, match.queryParams];
  return anyPath && !conditions && maps.every((map) => Object.keys(map).length === 0);
}
