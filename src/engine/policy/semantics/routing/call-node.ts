/** The proxy a described call leaves from. */
import type { Call, CallGateway, CallSource } from '../../../../shared/call.ts';
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { SpecNode } from '../spec-node.ts';
import { findWorkload, findWorkloadByLabels, type FoundWorkload } from '../workload-labels.ts';
import type { ProxyNode } from './proxy-node.ts';

export interface CallNode {
  readonly node: ProxyNode;
  /** False: the caller has no sidecar, so that nothing routes its calls. */
  readonly meshed: boolean;
  /** Who calls, in words. */
  readonly description: string;
}

const describeLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

function fromSource(source: CallSource, snapshot: Snapshot): CallNode {
  const name = source.pod ?? source.workload;
  const found = name === undefined ? undefined : findWorkload(snapshot, source.namespace, name);
  const labels = source.labels ?? found?.labels ?? {};
  const isUnknown = name !== undefined && !found && !source.labels;
  const who = name ?? (Object.keys(labels).length > 0 ? `the workload with ${describeLabels(labels)}` : 'a workload');
  return {
    node: { kind: 'sidecar', namespace: source.namespace, labels },
    meshed: source.meshed ?? true,
    description: `${who} in namespace ${source.namespace}${isUnknown ? ', whose labels are not known,' : ''}`,
  };
}

/** A gateway may be named by its Gateway, by the workload that carries it out, or by its Service. */
function gatewayWorkload(
  gateway: CallGateway,
  snapshot: Snapshot,
): Pick<FoundWorkload, 'namespace' | 'labels'> | undefined {
  if (gateway.labels) return { namespace: gateway.namespace, labels: gateway.labels };
  if (gateway.name === undefined) return undefined;
  const workload = findWorkload(snapshot, gateway.namespace, gateway.name);
  if (workload) return workload;
  for (const kind of [Kinds.gateway, Kinds.service]) {
    const object = snapshot.find(kind, gateway.namespace, gateway.name);
    if (!object) continue;
    const selector = new SpecNode(object.spec, ['spec'], () => undefined).child('selector').stringMap();
    return findWorkloadByLabels(snapshot, selector) ?? { namespace: gateway.namespace, labels: selector };
  }
  return undefined;
}

function fromGateway(gateway: CallGateway, snapshot: Snapshot): CallNode {
  const found = gatewayWorkload(gateway, snapshot);
  const who = gateway.name ?? (gateway.labels ? `with ${describeLabels(gateway.labels)}` : 'without a name');
  return {
    node: { kind: 'gateway', namespace: found?.namespace ?? gateway.namespace, labels: found?.labels ?? {} },
    meshed: true,
    description: `a caller outside, at the gateway ${who} in namespace ${gateway.namespace}`,
  };
}

/** What the call does not say of its caller is taken from the objects; nothing said means some workload of the default namespace. */
export function callNode(call: Call, snapshot: Snapshot, settings: ResolvedMeshSettings): CallNode {
  if (call.gateway) return fromGateway(call.gateway, snapshot);
  return fromSource(call.source ?? { namespace: settings.defaultNamespace }, snapshot);
}
