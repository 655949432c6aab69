import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { useWaypoint, wishedWaypoint } from '../../semantics/waypoints.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { listenersIn } from '../gateway-api/gateway-views.ts';
import { waypointLabels } from './waypoint-use.ts';

export const waypointRefuses: ObjectCheck = {
  scope: 'object',
  code: 'MESH2112',
  rule: 'waypoint-refuses',
  aliases: [],
  severity: 'warning',
  summary: 'A label sends traffic to a waypoint that is not for it: for others, or for its own namespace only.',
  subject: [Kinds.namespace, Kinds.service, Kinds.serviceEntry, ...podKinds],
  inputs: [Kinds.kubernetesGateway],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const own = subject.kind === 'Namespace' ? subject.name : subject.namespace;
    const wish = wishedWaypoint(waypointLabels(subject), own);
    if (wish === undefined || wish === 'none' || (!isNamespaceKnown && subject.kind !== 'Namespace')) return;
    const gateway = context.find(Kinds.kubernetesGateway, wish.namespace, wish.name);
    if (!gateway || fieldOf(gateway.spec, 'gatewayClassName') !== 'istio-waypoint') return;
    const path = [...(podTemplatePath(kindKey(subject)) ?? []), 'metadata', 'labels', useWaypoint];
    if (own !== wish.namespace && isForOwnNamespace(gateway)) {
      context.report(subject, path, {
        message: `Waypoint \`${wish.namespace}/${wish.name}\` is for its own namespace only, so traffic goes without one: its listener needs \`allowedRoutes\` for namespace \`${own}\`.`,
        part: 'value',
        related: [{ message: 'Its listeners.', object: gateway, path: ['spec', 'listeners'] }],
      });
      return;
    }
    const taken = gateway.labels['istio.io/waypoint-for'] ?? 'service';
    const traffic = trafficOf(subject);
    if (traffic === undefined || (taken !== 'service' && taken !== 'workload') || taken === traffic) return;
    const [sent, meant] = traffic === 'service' ? ['this service', 'workloads'] : ['these pods', 'services'];
    context.report(subject, path, {
      message: `Waypoint \`${wish.name}\` is for traffic to ${meant}, not to ${sent}. Its label \`istio.io/waypoint-for\` says so; \`all\` is for both.`,
      part: 'value',
      related: [{ message: 'The waypoint.', object: gateway, path: ['metadata', 'name'] }],
    });
  },
};

/** Undefined for a namespace, which has both. */
function trafficOf({ kind }: MeshObject): 'service' | 'workload' | undefined {
  if (kind === 'Namespace') return undefined;
  return kind === 'Service' || kind === 'ServiceEntry' ? 'service' : 'workload';
}

function isForOwnNamespace(gateway: MeshObject): boolean {
  const listeners = listenersIn(gateway).filter(({ protocol }) => protocol === 'HBONE');
  return listeners.length > 0 && listeners.every(({ namespaces }) => namespaces.from === 'Same');
}
