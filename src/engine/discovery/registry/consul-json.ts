/** Answers in the form of Consul's HTTP API, with its names of fields. */
import { formatGoDuration } from '../../../shared/go-duration.ts';
import type { CatalogCheck, CatalogInstance, CatalogNode } from './catalog-entries.ts';
import type { Catalog } from './catalog.ts';

export const datacenter = 'local';

type Json = Readonly<Record<string, unknown>>;

const portOf = (instance: CatalogInstance): number => Object.values(instance.ports)[0] ?? 0;

/** The tagged addresses Consul derives from a plain one. */
const taggedService = (instance: CatalogInstance): Json => {
  const place = { Address: instance.address, Port: portOf(instance) };
  return { lan_ipv4: place, wan_ipv4: place };
};

const taggedNode = (address: string): Json => ({ lan: address, lan_ipv4: address, wan: address, wan_ipv4: address });

/** Consul takes any text as an id of a node; ours is a UUID made of the name, so that it stays. */
export function nodeId(name: string): string {
  let hash = 0xcbf29ce484222325n;
  const digits: string[] = [];
  for (let round = 0; round < 2; round++) {
    for (const byte of Buffer.from(`${round}${name}`)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
    digits.push(hash.toString(16).padStart(16, '0'));
  }
  const hex = digits.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const serviceFields = (instance: CatalogInstance): Json => ({
  ID: instance.id,
  Service: instance.service,
  Tags: instance.tags,
  Meta: instance.meta,
  Port: portOf(instance),
  Address: instance.address,
  TaggedAddresses: taggedService(instance),
  Weights: { Passing: instance.weights.passing, Warning: instance.weights.warning },
  EnableTagOverride: instance.enableTagOverride,
});

/** Entry of `/v1/agent/services`. */
export function agentService(instance: CatalogInstance): Json {
  return { ...serviceFields(instance), Datacenter: datacenter };
}

export function nodeEntry(node: CatalogNode): Json {
  return {
    ID: nodeId(node.name),
    Node: node.name,
    Address: node.address,
    Datacenter: datacenter,
    TaggedAddresses: taggedNode(node.address),
    Meta: node.meta,
    CreateIndex: node.createIndex,
    ModifyIndex: node.modifyIndex,
  };
}

/** Entry of `/v1/catalog/service/:name`. */
export function catalogService(instance: CatalogInstance, node: CatalogNode | undefined): Json {
  const nodeAddress = node?.address ?? '127.0.0.1';
  return {
    ID: nodeId(instance.node),
    Node: instance.node,
    Address: nodeAddress,
    Datacenter: datacenter,
    TaggedAddresses: taggedNode(nodeAddress),
    NodeMeta: node?.meta ?? {},
    ServiceKind: '',
    ServiceID: instance.id,
    ServiceName: instance.service,
    ServiceTags: instance.tags,
    ServiceAddress: instance.address,
    ServiceTaggedAddresses: taggedService(instance),
    ServiceWeights: { Passing: instance.weights.passing, Warning: instance.weights.warning },
    ServiceMeta: instance.meta,
    ServicePort: portOf(instance),
    ServiceEnableTagOverride: instance.enableTagOverride,
    CreateIndex: instance.createIndex,
    ModifyIndex: instance.modifyIndex,
  };
}

/** `Service` of an entry of `/v1/health/service/:name`. */
export function healthService(instance: CatalogInstance): Json {
  return { ...serviceFields(instance), CreateIndex: instance.createIndex, ModifyIndex: instance.modifyIndex };
}

export function checkEntry(check: CatalogCheck, owner: CatalogInstance | undefined): Json {
  const { definition } = check;
  const timing = 'intervalMs' in definition ? definition : undefined;
  return {
    Node: check.node,
    CheckID: check.id,
    Name: check.name,
    Status: check.status,
    Notes: check.notes,
    Output: check.output,
    ServiceID: owner?.id ?? '',
    ServiceName: owner?.service ?? '',
    ServiceTags: owner?.tags ?? [],
    Type: definition.type === 'reported' ? '' : definition.type,
    Interval: timing ? formatGoDuration(timing.intervalMs) : '',
    Timeout: timing ? formatGoDuration(timing.timeoutMs) : '',
    ExposedPort: 0,
    Definition: {},
    CreateIndex: check.createIndex,
    ModifyIndex: check.modifyIndex,
  };
}

/** Checks of an instance with those of its node, the node's first, as the health endpoints give them. */
export function checksFor(catalog: Catalog, instance: CatalogInstance): readonly CatalogCheck[] {
  const ofNode = catalog.checks().filter((check) => check.instance === undefined && check.node === instance.node);
  return [...ofNode, ...catalog.checksOf(instance.key)];
}
