import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import { isMeshNamespace } from '../../semantics/mesh-membership.ts';
import type { Index } from '../check.ts';

const istioKinds: readonly KindKey[] = [
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.gateway,
  Kinds.serviceEntry,
  Kinds.sidecar,
  Kinds.peerAuthentication,
  Kinds.authorizationPolicy,
  Kinds.requestAuthentication,
  Kinds.telemetry,
];

/** Whether anything shows that Istio is there: without it, what Istio wants of Services is nobody's concern. */
export const meshSigns: Index<boolean> = {
  inputs: [Kinds.namespace, ...istioKinds],
  relevant: ({ kind, labels }) => kind === 'Namespace' && isMeshNamespace(labels),
  build: (objects) =>
    istioKinds.some((kind) => objects.ofKind(kind).length > 0) ||
    objects.ofKind(Kinds.namespace).some(({ labels }) => isMeshNamespace(labels)),
};
