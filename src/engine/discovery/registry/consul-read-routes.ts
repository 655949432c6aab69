/** What can be asked: paths of Consul's API, their answers, and the topic a blocking query on them waits for. */
import type { CatalogCheck, CatalogInstance } from './catalog-entries.ts';
import { checkStatuses, worstStatus } from './catalog-entries.ts';
import type { Catalog } from './catalog.ts';
import { topics } from './catalog.ts';
import { ConsulError } from './consul-exchange.ts';
import { parseConsulFilter } from './consul-filter.ts';
import {
  agentService,
  catalogService,
  checkEntry,
  checksFor,
  datacenter,
  healthService,
  nodeEntry,
  nodeId,
} from './consul-json.ts';

export interface ReadRoute {
  /** Absent: the answer cannot be waited for. */
  readonly topic?: string;
  answer(catalog: Catalog, query: URLSearchParams): unknown;
}

type Answer = (catalog: Catalog, query: URLSearchParams, name: string) => unknown;

/** Paths without a name at their end. */
const fixed: Readonly<Record<string, { readonly topic?: string; readonly answer: Answer }>> = {
  '/v1/status/leader': { answer: () => '127.0.0.1:8300' },
  '/v1/status/peers': { answer: () => ['127.0.0.1:8300'] },
  '/v1/agent/self': { answer: self },
  '/v1/agent/members': { answer: (catalog) => [member(catalog)] },
  '/v1/agent/services': { answer: agentServices },
  '/v1/agent/checks': { answer: agentChecks },
  '/v1/catalog/datacenters': { answer: () => [datacenter] },
  '/v1/catalog/nodes': {
    topic: topics.nodes,
    answer: (catalog, query) => filtered(catalog.nodes().map(nodeEntry), query),
  },
  '/v1/catalog/services': { topic: topics.services, answer: serviceNames },
};

/** Paths that end in a name. */
const named: readonly { readonly prefix: string; topic?(name: string): string; readonly answer: Answer }[] = [
  { prefix: '/v1/agent/service/', answer: oneAgentService },
  { prefix: '/v1/agent/health/service/name/', answer: agentHealth },
  { prefix: '/v1/catalog/service/', topic: topics.service, answer: catalogServices },
  { prefix: '/v1/catalog/node/', topic: () => topics.services, answer: servicesOfNode },
  { prefix: '/v1/health/service/', topic: topics.service, answer: healthServices },
  { prefix: '/v1/health/checks/', topic: topics.service, answer: checksOfService },
  { prefix: '/v1/health/node/', topic: () => topics.checks, answer: checksOfNode },
  { prefix: '/v1/health/state/', topic: () => topics.checks, answer: checksInState },
];

/** The route of a path; undefined where there is none. Throws a ConsulError for a name that cannot be decoded. */
export function findReadRoute(path: string): ReadRoute | undefined {
  const route = Object.hasOwn(fixed, path) ? fixed[path] : undefined;
  if (route) return bind(route.answer, '', route.topic);
  const found = named.find(({ prefix }) => path.startsWith(prefix));
  if (!found) return undefined;
  const name = decodeName(path.slice(found.prefix.length));
  return bind(found.answer, name, found.topic?.(name));
}

function bind(answer: Answer, name: string, topic: string | undefined): ReadRoute {
  return { answer: (catalog, query) => answer(catalog, query, name), ...(topic === undefined ? {} : { topic }) };
}

export function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new ConsulError(400, 'The path is not encoded correctly');
  }
}

function self(catalog: Catalog): unknown {
  return {
    Config: {
      Datacenter: datacenter,
      PrimaryDatacenter: datacenter,
      NodeName: catalog.node,
      NodeID: nodeId(catalog.node),
      Server: true,
      // Clients read the version to learn which parts of the API they may use.
      Version: '1.21.0',
      Revision: 'meshlens',
    },
    DebugConfig: {},
    Coord: { Adjustment: 0, Error: 1.5, Height: 0.00001, Vec: [0, 0, 0, 0, 0, 0, 0, 0] },
    Member: member(catalog),
    Meta: { 'consul-network-segment': '' },
    Stats: {},
  };
}

function member(catalog: Catalog): Readonly<Record<string, unknown>> {
  return {
    Name: catalog.node,
    Addr: '127.0.0.1',
    Port: 8301,
    Tags: { dc: datacenter, id: nodeId(catalog.node), role: 'consul' },
    Status: 1,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

/** Instances of this machine by id: what its agent manages. */
function agentServices(catalog: Catalog, query: URLSearchParams): unknown {
  const own = catalog.instances().filter(({ node }) => node === catalog.node);
  const kept = keep(query);
  const entries = own.map((instance) => [instance.id, agentService(instance)] as const);
  return Object.fromEntries(entries.filter(([, entry]) => kept(entry)));
}

function agentChecks(catalog: Catalog, query: URLSearchParams): unknown {
  const own = catalog.checks().filter(({ node, id }) => node === catalog.node && id !== 'serfHealth');
  const kept = keep(query);
  const entries = own.map((check) => [check.id, entryOf(catalog, check)] as const);
  return Object.fromEntries(entries.filter(([, entry]) => kept(entry)));
}

function oneAgentService(catalog: Catalog, _query: URLSearchParams, id: string): unknown {
  const instance = catalog.instance(id);
  if (instance?.node === catalog.node) return agentService(instance);
  throw new ConsulError(404, `Unknown service ID "${id}". Ensure that the service ID is passed, not the service name.`);
}

function agentHealth(catalog: Catalog, _query: URLSearchParams, name: string): unknown {
  const own = catalog.instancesOf(name).filter(({ node }) => node === catalog.node);
  if (own.length === 0) throw new ConsulError(404, `ServiceName ${name} Not Found`);
  return own.map((instance) => ({
    AggregatedStatus: worstStatus(catalog.checksOf(instance.key).map(({ status }) => status)),
    Service: agentService(instance),
    Checks: catalog.checksOf(instance.key).map((check) => entryOf(catalog, check)),
  }));
}

/** Every name with the tags of its instances; declared services are there before any instance is. */
function serviceNames(catalog: Catalog, query: URLSearchParams): unknown {
  const kept = keep(query);
  const entries = catalog.services().map(({ name }) => {
    const tags = catalog.instancesOf(name).flatMap((instance) => instance.tags);
    return [name, [...new Set(tags)].sort()] as const;
  });
  return Object.fromEntries(entries.filter(([name, tags]) => kept({ ServiceName: name, ServiceTags: tags })));
}

function catalogServices(catalog: Catalog, query: URLSearchParams, name: string): unknown {
  const entries = tagged(catalog.instancesOf(name), query).map((instance) =>
    catalogService(
      instance,
      catalog.nodes().find((node) => node.name === instance.node),
    ),
  );
  return filtered(entries, query);
}

function servicesOfNode(catalog: Catalog, _query: URLSearchParams, name: string): unknown {
  const node = catalog.nodes().find((candidate) => candidate.name === name);
  if (!node) return null;
  const own = catalog.instances().filter((instance) => instance.node === name);
  return {
    Node: nodeEntry(node),
    Services: Object.fromEntries(own.map((instance) => [instance.id, healthService(instance)])),
  };
}

function healthServices(catalog: Catalog, query: URLSearchParams, name: string): unknown {
  const onlyPassing = query.has('passing') && !['0', 'false'].includes(query.get('passing') ?? '');
  const entries = tagged(catalog.instancesOf(name), query).flatMap((instance) => {
    const checks = checksFor(catalog, instance);
    if (onlyPassing && checks.some(({ status }) => status !== 'passing')) return [];
    const node = catalog.nodes().find((candidate) => candidate.name === instance.node);
    return [
      {
        Node: node ? nodeEntry(node) : {},
        Service: healthService(instance),
        Checks: checks.map((check) => entryOf(catalog, check)),
      },
    ];
  });
  return filtered(entries, query);
}

function checksOfService(catalog: Catalog, query: URLSearchParams, name: string): unknown {
  const checks = catalog.instancesOf(name).flatMap((instance) => catalog.checksOf(instance.key));
  return filtered(
    checks.map((check) => entryOf(catalog, check)),
    query,
  );
}

function checksOfNode(catalog: Catalog, query: URLSearchParams, name: string): unknown {
  const checks = catalog.checks().filter(({ node }) => node === name);
  return filtered(
    checks.map((check) => entryOf(catalog, check)),
    query,
  );
}

function checksInState(catalog: Catalog, query: URLSearchParams, state: string): unknown {
  if (state !== 'any' && !checkStatuses.some((status) => status === state)) {
    throw new ConsulError(400, `Invalid state: ${state}`);
  }
  const checks = catalog.checks().filter(({ status }) => state === 'any' || status === state);
  return filtered(
    checks.map((check) => entryOf(catalog, check)),
    query,
  );
}

function entryOf(catalog: Catalog, check: CatalogCheck): Readonly<Record<string, unknown>> {
  return checkEntry(check, check.instance === undefined ? undefined : catalog.instance(check.instance));
}

/** `?tag=` may be given several times; all must be there. Consul compares tags without regard to case. */
function tagged(instances: readonly CatalogInstance[], query: URLSearchParams): readonly CatalogInstance[] {
  const wanted = query.getAll('tag').map((tag) => tag.toLowerCase());
  return instances.filter(({ tags }) => {
    const present = new Set(tags.map((tag) => tag.toLowerCase()));
    return wanted.every((tag) => present.has(tag));
  });
}

function keep(query: URLSearchParams): (entry: unknown) => boolean {
  const text = query.get('filter') ?? '';
  if (text.trim() === '') return () => true;
  const parsed = parseConsulFilter(text);
  if ('filter' in parsed) return parsed.filter;
  throw new ConsulError(400, `Failed to create boolean expression evaluator: ${parsed.problem}`);
}

function filtered<T>(entries: readonly T[], query: URLSearchParams): readonly T[] {
  return entries.filter(keep(query));
}
