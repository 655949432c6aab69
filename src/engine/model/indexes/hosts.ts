/** Which objects declare a host, and which route it. */
import { isIP } from 'node:net';
import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { KindObjects } from '../kind-objects.ts';
import { Kinds } from '../kinds.ts';
import type { KindKey, MeshObject } from '../mesh-object.ts';
import type { Snapshot } from '../snapshot.ts';
import { groupBy, perPartAnd } from './per-part.ts';

/**
 * The host a name in an object of `namespace` stands for, in lower case. Only a name without a dot is short; `*` and IP
 * addresses are left alone.
 */
export function fullHost(host: string, namespace: string, clusterDomain: string): string {
  const name = host.toLowerCase();
  // The first look for an address takes as long as everything else for a few files; without dots one has colons.
  const isAddress = name.includes(':') && isIP(name) !== 0;
  if (name === '' || name === '*' || name.includes('.') || isAddress) return name;
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

const texts = (value: unknown): readonly string[] => listOf(value).flatMap((item) => stringOf(item) ?? []);

/** Hosts that an object declares (Service, ServiceEntry) or routes, in lower case, wildcards as they are written. */
function hostsOf(object: MeshObject, clusterDomain: string): readonly string[] {
  const { kind, namespace, name, spec } = object;
  switch (kind) {
    case 'Service':
      return [fullHost(name, namespace, clusterDomain)];
    case 'ServiceEntry':
      return texts(fieldOf(spec, 'hosts')).map((host) => host.toLowerCase());
    case 'VirtualService':
      return texts(fieldOf(spec, 'hosts')).map((host) => fullHost(host, namespace, clusterDomain));
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
      return texts(fieldOf(spec, 'hostnames')).map((host) => host.toLowerCase());
    default:
      return [];
  }
}

const byHost = perPartAnd((objects: KindObjects, clusterDomain) =>
  groupBy(objects.all, (object) => hostsOf(object, clusterDomain)),
);

/** The host itself, then the wildcards that cover it, narrowest first. */
function patternsFor(host: string): readonly string[] {
  const patterns = [host];
  const labels = host.split('.');
  for (let at = 1; at < labels.length; at++) patterns.push(`*.${labels.slice(at).join('.')}`);
  if (host !== '*') patterns.push('*');
  return [...new Set(patterns)];
}

function objectsFor(
  snapshot: Snapshot,
  kinds: readonly KindKey[],
  host: string,
  clusterDomain: string,
): readonly MeshObject[] {
  const indexes = kinds.map((kind) => byHost(snapshot.objectsOf(kind), clusterDomain));
  const found = patternsFor(host.toLowerCase()).flatMap((pattern) =>
    indexes.flatMap((index) => index.get(pattern) ?? []),
  );
  return [...new Set(found)];
}

/**
 * Services and ServiceEntries that declare a host, narrowest first: those of the very host before wildcards that cover it.
 * The host is a full one.
 */
export function declarersOf(snapshot: Snapshot, host: string, clusterDomain: string): readonly MeshObject[] {
  return objectsFor(snapshot, [Kinds.service, Kinds.serviceEntry], host, clusterDomain);
}

/** VirtualServices and routes of the Gateway API for a host, narrowest first. */
export function routersOf(snapshot: Snapshot, host: string, clusterDomain: string): readonly MeshObject[] {
  const kinds = [Kinds.virtualService, Kinds.httpRoute, Kinds.grpcRoute, Kinds.tlsRoute];
  return objectsFor(snapshot, kinds, host, clusterDomain);
}
