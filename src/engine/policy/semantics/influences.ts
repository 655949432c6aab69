import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import { refOf, type Labels, type MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { hostCovers, selectorMatches } from './hosts.ts';
import { prepareRouting, type PreparedRouting } from './routing/prepare.ts';
import { sidecarFor } from './routing/sidecar-scope.ts';
import type { VirtualServiceModel } from './routing/virtual-service.ts';

function sendsTo(model: VirtualServiceModel, host: string): boolean {
  const targets = [
    ...model.http.flatMap((rule) => [...rule.targets, ...(rule.mirrors ?? [])]),
    ...model.tcp.flatMap((rule) => rule.targets),
  ];
  return targets.some((target) => target.host === host);
}

function peerAuthenticationsOf(
  { peerAuthentications, settings }: PreparedRouting,
  namespace: string,
  labels: Labels,
): readonly MeshObject[] {
  const isRoot = namespace === settings.rootNamespace;
  const own = isRoot ? [] : (peerAuthentications.get(namespace) ?? []);
  const root = peerAuthentications.get(settings.rootNamespace) ?? [];
  // At each level the oldest wins, and a more special one inherits what it leaves out.
  return [
    own.find(({ selector }) => selector && selectorMatches(selector, labels)),
    own.find(({ selector }) => !selector),
    root.find(({ selector }) => !selector),
  ].flatMap((policy) => (policy ? [policy.object] : []));
}

/**
 * What shaped a workload and the hosts it is reached by: VirtualServices for or to one of the hosts, their gateways,
 * DestinationRules, the PeerAuthentications and the Sidecar that count for the workload. `hosts` are full names.
 */
export function influencesOf(input: {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly workload: { readonly namespace: string; readonly labels: Labels };
  readonly hosts: readonly string[];
}): readonly SourceRef[] {
  const { snapshot, settings, workload } = input;
  const hosts = input.hosts.map((host) => host.toLowerCase());
  const prepared = prepareRouting(snapshot, settings);
  const virtualServices = prepared.virtualServices.filter((model) =>
    hosts.some((host) => model.hosts.some((pattern) => hostCovers(pattern, host)) || sendsTo(model, host)),
  );
  const named = new Set(virtualServices.flatMap(({ gateways }) => gateways));
  const gateways = prepared.gateways.filter(
    ({ name, selector }) =>
      named.has(name) || (Object.keys(selector).length > 0 && selectorMatches(selector, workload.labels)),
  );
  const rules = prepared.destinationRules.rules.filter(({ host }) => hosts.some((name) => hostCovers(host, name)));
  const sidecar = sidecarFor(prepared.sidecars, { kind: 'sidecar', ...workload }, settings);
  const objects = [
    ...virtualServices.map(({ object }) => object),
    ...rules.map(({ object }) => object),
    ...gateways.map(({ object }) => object),
    ...(sidecar ? [sidecar.object] : []),
    ...peerAuthenticationsOf(prepared, workload.namespace, workload.labels),
  ];
  return objects.map((object) => ({ resource: refOf(object), path: ['spec'] }));
}
