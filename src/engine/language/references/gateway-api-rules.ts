import { Kinds } from '../../model/kinds.ts';
import { namespaceLabel, namespaceLabels } from './label-namings.ts';
import {
  className,
  kindOfReference,
  namespaceName,
  portOfParent,
  portOfReference,
  sectionName,
  typedReference,
} from './object-namings.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const { kubernetesGateway, httpRoute, grpcRoute, tlsRoute, tcpRoute, udpRoute, backendTlsPolicy } = Kinds;
const standardRoutes = [httpRoute, grpcRoute, tlsRoute, tcpRoute, udpRoute];
const routes = [...standardRoutes, Kinds.linkerdHttpRoute];

const parents = [kubernetesGateway, Kinds.service, Kinds.serviceEntry, Kinds.linkerdServer];
const parent = typedReference({ kinds: parents, reachesOut: true });
const backend = typedReference({ kinds: [Kinds.service], group: '', reachesOut: true });
const target = typedReference({ kinds: [Kinds.service], group: '', isAlwaysTyped: true });
const backends = [
  'spec.rules.*.backendRefs.*',
  'spec.rules.*.filters.*.requestMirror.backendRef',
  'spec.rules.*.backendRefs.*.filters.*.requestMirror.backendRef',
];
const certificates = [
  'spec.listeners.*.tls.certificateRefs.*',
  'spec.listeners.*.tls.frontendValidation.caCertificateRefs.*',
];

/** Fields of the Gateway API's kinds that name something; Linkerd's own HTTPRoute is of the same shape. */
export const gatewayApiRules: readonly ReferenceRule[] = [
  ...rules(kubernetesGateway, className, 'spec.gatewayClassName'),
  ...rules(
    kubernetesGateway,
    typedReference({ kinds: [Kinds.secret, Kinds.configMap], group: '', reachesOut: true }),
    ...certificates.map((path) => `${path}.name`),
  ),
  ...rules(kubernetesGateway, namespaceName, ...certificates.map((path) => `${path}.namespace`)),
  ...rules(kubernetesGateway, namespaceLabels, 'spec.listeners.*.allowedRoutes.namespaces.selector.matchLabels'),
  ...rules(kubernetesGateway, namespaceLabel, 'spec.listeners.*.allowedRoutes.namespaces.selector.matchLabels.*'),
  ...rules(routes, parent, 'spec.parentRefs.*.name'),
  ...rules(routes, kindOfReference(...parents), 'spec.parentRefs.*.kind'),
  ...rules(routes, portOfParent, 'spec.parentRefs.*.port'),
  ...rules(routes, sectionName, 'spec.parentRefs.*.sectionName'),
  ...rules(routes, namespaceName, 'spec.parentRefs.*.namespace'),
  ...rules(routes, backend, ...backends.map((path) => `${path}.name`)),
  ...rules(routes, namespaceName, ...backends.map((path) => `${path}.namespace`)),
  ...rules(routes, portOfReference, ...backends.map((path) => `${path}.port`)),
  ...rules(Kinds.listenerSet, parent, 'spec.parentRef.name'),
  ...rules(Kinds.referenceGrant, namespaceName, 'spec.from.*.namespace'),
  ...rules(Kinds.referenceGrant, kindOfReference(...standardRoutes, kubernetesGateway), 'spec.from.*.kind'),
  ...rules(Kinds.referenceGrant, kindOfReference(Kinds.service, Kinds.secret, Kinds.configMap), 'spec.to.*.kind'),
  ...rules(
    Kinds.referenceGrant,
    typedReference({ kinds: [Kinds.service, Kinds.secret, Kinds.configMap], group: '', isAlwaysTyped: true }),
    'spec.to.*.name',
  ),
  ...rules(backendTlsPolicy, target, 'spec.targetRefs.*.name'),
  ...rules(
    backendTlsPolicy,
    typedReference({ kinds: [Kinds.configMap, Kinds.secret], group: '' }),
    'spec.validation.caCertificateRefs.*.name',
  ),
];
