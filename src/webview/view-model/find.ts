import type { TopologyEdge } from '../../shared/topology.ts';
import { nodeName } from './element-names.ts';
import type { VisibleGraph, VisibleNode } from './visible-graph.ts';

/** What a search found. `problem` says in words why the text could not be read; then nothing matches. */
export interface FindResult {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly problem?: string;
}

type Test = { readonly node: (node: VisibleNode) => boolean; readonly edge: (edge: TopologyEdge) => boolean };
type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

const never = (): boolean => false;
const numeric = new Set(['errors', 'rate', 'latency', 'p50', 'p95', 'p99', 'share', 'mtls']);
const textual = new Set(['name', 'namespace', 'ns', 'version', 'service', 'workload', 'app', 'kind', 'health', 'host']);
const states = new Set(['healthy', 'degraded', 'failing', 'idle', 'unknown']);
const term =
  /\s*(!)?\s*(?:([A-Za-z][A-Za-z0-9]*)\s*(>=|<=|!=|[=<>~:])\s*)?("[^"]*"|[^\s]+)(?:\s*(%|ms|s|\/s)(?=\s|$))?/gy;

/**
 * Finds nodes and edges. Words are looked for in names; `errors > 1 %`, `rate >= 10`, `p95 > 100 ms`, `version = v2`,
 * `ns ~ book` compare; `failing`, `degraded`, `idle`, `!healthy` name states. Terms side by side must all hold, `OR`
 * separates alternatives. A comparison of traffic finds edges as well as nodes.
 */
export function find(text: string, graph: VisibleGraph): FindResult {
  const nodes = new Set<string>();
  const edges = new Set<string>();
  if (text.trim() === '') return { nodes, edges };
  for (const alternative of text.split(/\s+(?:OR|\|\|?)\s+/)) {
    const tests = parse(alternative);
    if (typeof tests === 'string') return { nodes: new Set(), edges: new Set(), problem: tests };
    if (tests.length === 0) continue;
    const fits = (node: VisibleNode): boolean => tests.every((test) => test.node(node));
    // A closed namespace is found by what is in it: that is the way there.
    for (const node of graph.nodes) if (fits(node) || node.inside?.some(fits) === true) nodes.add(node.id);
    for (const edge of graph.edges) if (tests.every((test) => test.edge(edge))) edges.add(edge.id);
  }
  return { nodes, edges };
}

function parse(text: string): Test[] | string {
  const tests: Test[] = [];
  term.lastIndex = 0;
  const words = text.replace(/\s+AND\s+/g, ' ').slice(0, 500);
  while (term.lastIndex < words.length && words.slice(term.lastIndex).trim() !== '') {
    const match = term.exec(words);
    if (match === null) return 'This search could not be read.';
    const [, not, field, operator, raw = '', unit] = match;
    const value = raw.replaceAll('"', '');
    const test =
      field === undefined
        ? wordTest(value)
        : comparison(field.toLowerCase(), (operator === ':' ? '~' : operator) as Operator, value, unit);
    if (typeof test === 'string') return test;
    tests.push(not === undefined ? test : invert(test));
  }
  return tests;
}

function invert(test: Test): Test {
  return {
    node: (node) => !test.node(node),
    edge: test.edge === never ? never : (edge) => !test.edge(edge),
  };
}

function wordTest(word: string): Test {
  const lower = word.toLowerCase();
  if (states.has(lower)) {
    return { node: (node) => node.health.health === lower, edge: (edge) => edge.health.health === lower };
  }
  const holds = (node: VisibleNode): boolean =>
    [nodeName(node), node.service, node.workload, node.app].some(
      (name) => name?.toLowerCase().includes(lower) === true,
    );
  return { node: holds, edge: never };
}

function comparison(field: string, operator: Operator, value: string, unit: string | undefined): Test | string {
  if (numeric.has(field)) return numberTest(field, operator, value, unit);
  if (!textual.has(field)) return `There is no field “${field}”. Try errors, rate, p95, name, version, health.`;
  if (operator !== '=' && operator !== '!=' && operator !== '~') return `“${field}” is text: use =, != or ~.`;
  const wanted = value.toLowerCase();
  const compare = (actual: string | undefined): boolean => {
    const lower = (actual ?? '').toLowerCase();
    if (operator === '~') return lower.includes(wanted);
    return (lower === wanted) === (operator === '=');
  };
  return {
    node: (node) => compare(textOf(field, node)),
    edge:
      field === 'health'
        ? (edge) => compare(edge.health.health)
        : field === 'host'
          ? (edge) => compare(edge.host)
          : never,
  };
}

function textOf(field: string, node: VisibleNode): string | undefined {
  switch (field) {
    case 'namespace':
    case 'ns':
      return node.namespace;
    case 'version':
      return node.version;
    case 'service':
      return node.service;
    case 'workload':
      return node.workload;
    case 'app':
      return node.app;
    case 'kind':
      return node.kind;
    case 'health':
      return node.health.health;
    default:
      return nodeName(node);
  }
}

function numberTest(field: string, operator: Operator, value: string, unit: string | undefined): Test | string {
  const written = /^(-?\d+(?:\.\d+)?)(%|ms|s|\/s)?$/.exec(value);
  if (written === null) return `“${value}” is not a number.`;
  const suffix = written[2] ?? unit;
  const isLatency = field === 'latency' || /^p\d+$/.test(field);
  const wanted = Number(written[1]) * (isLatency && suffix === 's' ? 1000 : 1);
  const compare = (actual: number | undefined): boolean => {
    if (actual === undefined) return false;
    switch (operator) {
      case '>':
        return actual > wanted;
      case '>=':
        return actual >= wanted;
      case '<':
        return actual < wanted;
      case '<=':
        return actual <= wanted;
      case '!=':
        return actual !== wanted;
      case '=':
      case '~':
        return actual === wanted;
    }
  };
  const pick = (traffic: TopologyEdge['traffic']): number | undefined => {
    switch (field) {
      case 'errors':
        return traffic.errorShare * 100;
      case 'rate':
        return traffic.requests;
      case 'p50':
        return traffic.p50;
      case 'p99':
        return traffic.p99;
      default:
        return traffic.p95;
    }
  };
  if (field === 'share' || field === 'mtls') {
    const part = (edge: TopologyEdge): number | undefined => (field === 'share' ? edge.share : edge.mutualTls);
    return {
      node: never,
      edge: (edge) => {
        const fraction = part(edge);
        return compare(fraction === undefined ? undefined : fraction * 100);
      },
    };
  }
  return { node: (node) => compare(pick(node.inbound)), edge: (edge) => compare(pick(edge.traffic)) };
}
