import { Kinds } from '../../model/kinds.ts';
import { expressionLabel, namespaceLabel, namespaceLabels, selectorLabel, workloadSelector } from './label-namings.ts';
import { kindOfReference, nameOf, namespaceName, serviceAccountName, typedReference } from './object-namings.ts';
import { portOfPods } from './port-namings.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const templated = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet, Kinds.replicaSet, Kinds.job];
const podSpecs: readonly (readonly [readonly string[], string])[] = [
  [templated, 'spec.template.spec'],
  [[Kinds.pod], 'spec'],
];
const { key: labelKey, value: labelValue } = expressionLabel('namespace');
const ownPods = 'spec.podSelector';
const otherPods = ['spec.ingress.*.from.*.podSelector', 'spec.egress.*.to.*.podSelector'];
const otherNamespaces = ['spec.ingress.*.from.*.namespaceSelector', 'spec.egress.*.to.*.namespaceSelector'];
const below = (selectors: readonly string[], rest: string): string[] => selectors.map((each) => `${each}.${rest}`);
const ingressBackends = ['spec.defaultBackend.service', 'spec.rules.*.http.paths.*.backend.service'];

/** Which namespaces they are looked for in, the selector beside them says. */
const peerLabels: Naming = { ...workloadSelector('namespace'), targetOf: () => undefined };

/** Fields of Kubernetes' own kinds, and of Linkerd's policies, that name something. */
export const kubernetesRules: readonly ReferenceRule[] = [
  ...rules(Kinds.service, workloadSelector('namespace'), 'spec.selector'),
  ...rules(Kinds.service, selectorLabel('namespace'), 'spec.selector.*'),
  ...podSpecs.flatMap(([kinds, at]) => [
    ...rules(kinds, serviceAccountName, `${at}.serviceAccountName`),
    ...rules(kinds, nameOf(Kinds.secret), `${at}.volumes.*.secret.secretName`),
    ...rules(kinds, nameOf(Kinds.configMap), `${at}.volumes.*.configMap.name`),
  ]),
  ...rules(Kinds.statefulSet, nameOf(Kinds.service), 'spec.serviceName'),
  ...rules(Kinds.ingress, nameOf(Kinds.service), ...ingressBackends.map((path) => `${path}.name`)),
  ...rules(Kinds.ingress, nameOf(Kinds.secret), 'spec.tls.*.secretName'),
  ...rules(Kinds.service, portOfPods({ selector: ['spec', 'selector'], hasNames: true }), 'spec.ports.*.targetPort'),
  ...rules(Kinds.networkPolicy, workloadSelector('namespace'), `${ownPods}.matchLabels`),
  ...rules(Kinds.networkPolicy, peerLabels, ...below(otherPods, 'matchLabels')),
  ...rules(Kinds.networkPolicy, selectorLabel('namespace'), ...below([ownPods, ...otherPods], 'matchLabels.*')),
  ...rules(Kinds.networkPolicy, labelKey, ...below([ownPods, ...otherPods], 'matchExpressions.*.key')),
  ...rules(Kinds.networkPolicy, labelValue, ...below([ownPods, ...otherPods], 'matchExpressions.*.values.*')),
  ...rules(Kinds.networkPolicy, namespaceLabels, ...below(otherNamespaces, 'matchLabels')),
  ...rules(Kinds.networkPolicy, namespaceLabel, ...below(otherNamespaces, 'matchLabels.*')),
  ...rules(
    Kinds.networkPolicy,
    portOfPods({ selector: ['spec', 'podSelector', 'matchLabels'], hasNames: true }),
    'spec.ingress.*.ports.*.port',
  ),
];

const { linkerdServer, linkerdServerAuthorization, linkerdAuthorizationPolicy, linkerdHttpRoute } = Kinds;
const targets = [linkerdServer, linkerdHttpRoute, Kinds.namespace];
const authentications = [Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdNetworkAuthentication, Kinds.serviceAccount];

/** Fields of Linkerd's policies that name something. */
export const linkerdRules: readonly ReferenceRule[] = [
  ...rules(linkerdServer, workloadSelector('namespace'), 'spec.podSelector.matchLabels'),
  ...rules(linkerdServer, selectorLabel('namespace'), 'spec.podSelector.matchLabels.*'),
  ...rules(linkerdServerAuthorization, nameOf(linkerdServer), 'spec.server.name'),
  ...rules(linkerdServerAuthorization, serviceAccountName, 'spec.client.meshTLS.serviceAccounts.*.name'),
  ...rules(linkerdServerAuthorization, namespaceName, 'spec.client.meshTLS.serviceAccounts.*.namespace'),
  ...rules(
    linkerdServer,
    portOfPods({ selector: ['spec', 'podSelector', 'matchLabels'], hasNames: true }),
    'spec.port',
  ),
  ...rules(linkerdServer, labelKey, `${ownPods}.matchExpressions.*.key`),
  ...rules(linkerdServer, labelValue, `${ownPods}.matchExpressions.*.values.*`),
  ...rules(linkerdAuthorizationPolicy, typedReference({ kinds: targets, isAlwaysTyped: true }), 'spec.targetRef.name'),
  ...rules(linkerdAuthorizationPolicy, kindOfReference(...targets), 'spec.targetRef.kind'),
  ...rules(linkerdAuthorizationPolicy, kindOfReference(...authentications), 'spec.requiredAuthenticationRefs.*.kind'),
  ...rules(
    linkerdAuthorizationPolicy,
    typedReference({ kinds: authentications, isAlwaysTyped: true, reachesOut: true }),
    'spec.requiredAuthenticationRefs.*.name',
  ),
];
