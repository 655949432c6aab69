import { Kinds } from '../../model/kinds.ts';
import { selectorLabel, workloadSelector } from './label-namings.ts';
import { nameOf, namespaceName, serviceAccountName, typedReference } from './object-namings.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const templated = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet, Kinds.replicaSet, Kinds.job];
const podSpecs: readonly (readonly [readonly string[], string])[] = [
  [templated, 'spec.template.spec'],
  [[Kinds.pod], 'spec'],
];
const ingressBackends = ['spec.defaultBackend.service', 'spec.rules.*.http.paths.*.backend.service'];

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
  ...rules(Kinds.networkPolicy, workloadSelector('namespace'), 'spec.podSelector.matchLabels'),
  ...rules(
    Kinds.networkPolicy,
    selectorLabel('namespace'),
    'spec.podSelector.matchLabels.*',
    'spec.ingress.*.from.*.podSelector.matchLabels.*',
    'spec.egress.*.to.*.podSelector.matchLabels.*',
  ),
];

const { linkerdServer, linkerdServerAuthorization, linkerdAuthorizationPolicy } = Kinds;

/** Fields of Linkerd's policies that name something. */
export const linkerdRules: readonly ReferenceRule[] = [
  ...rules(linkerdServer, workloadSelector('namespace'), 'spec.podSelector.matchLabels'),
  ...rules(linkerdServer, selectorLabel('namespace'), 'spec.podSelector.matchLabels.*'),
  ...rules(linkerdServerAuthorization, nameOf(linkerdServer), 'spec.server.name'),
  ...rules(linkerdServerAuthorization, serviceAccountName, 'spec.client.meshTLS.serviceAccounts.*.name'),
  ...rules(linkerdServerAuthorization, namespaceName, 'spec.client.meshTLS.serviceAccounts.*.namespace'),
  ...rules(
    linkerdAuthorizationPolicy,
    typedReference({ kinds: [linkerdServer, Kinds.linkerdHttpRoute, Kinds.namespace] }),
    'spec.targetRef.name',
  ),
  ...rules(
    linkerdAuthorizationPolicy,
    typedReference({
      kinds: [
        'policy.linkerd.io/MeshTLSAuthentication',
        'policy.linkerd.io/NetworkAuthentication',
        Kinds.serviceAccount,
      ],
    }),
    'spec.requiredAuthenticationRefs.*.name',
  ),
];
