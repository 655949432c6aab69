import { Kinds } from '../../model/kinds.ts';
import { nameOf, namespaceName, portOfReference, sectionName, typedReference } from './object-namings.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const { kubernetesGateway, httpRoute, grpcRoute, tlsRoute, tcpRoute, udpRoute, backendTlsPolicy } = Kinds;
const routes = [httpRoute, grpcRoute, tlsRoute, tcpRoute, udpRoute, Kinds.linkerdHttpRoute];

const parent = typedReference({ kinds: [kubernetesGateway, Kinds.service, Kinds.serviceEntry, Kinds.linkerdServer] });
const backend = typedReference({ kinds: [Kinds.service], group: '' });
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
  ...rules(kubernetesGateway, nameOf(Kinds.gatewayClass), 'spec.gatewayClassName'),
  ...rules(
    kubernetesGateway,
    typedReference({ kinds: [Kinds.secret, Kinds.configMap], group: '' }),
    ...certificates.map((path) => `${path}.name`),
  ),
  ...rules(kubernetesGateway, namespaceName, ...certificates.map((path) => `${path}.namespace`)),
  ...rules(routes, parent, 'spec.parentRefs.*.name'),
  ...rules(routes, sectionName, 'spec.parentRefs.*.sectionName'),
  ...rules(routes, namespaceName, 'spec.parentRefs.*.namespace'),
  ...rules(routes, backend, ...backends.map((path) => `${path}.name`)),
  ...rules(routes, namespaceName, ...backends.map((path) => `${path}.namespace`)),
  ...rules(routes, portOfReference, ...backends.map((path) => `${path}.port`)),
  ...rules(Kinds.listenerSet, parent, 'spec.parentRef.name'),
  ...rules(Kinds.referenceGrant, namespaceName, 'spec.from.*.namespace'),
  ...rules(Kinds.referenceGrant, backend, 'spec.to.*.name'),
  ...rules(backendTlsPolicy, backend, 'spec.targetRefs.*.name'),
  ...rules(
    backendTlsPolicy,
    typedReference({ kinds: [Kinds.configMap, Kinds.secret], group: '' }),
    'spec.validation.caCertificateRefs.*.name',
  ),
];
