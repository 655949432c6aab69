/** What `istioctl analyze` says of namespaces, workloads and their Services that is not so, with why. */
import type { FalsePositives } from './istioctl-cluster-exceptions.ts';

export const workloadFalsePositives: readonly FalsePositives[] = [
  {
    reason: 'no namespace asks for sidecars, so there is no mesh of them that this one could be left out of',
    findings: [
      'hidden-from-gateway/route.yaml: IST0102 Namespace store',
      'hidden-from-gateway/unknown.yaml: IST0102 Namespace edge',
      'conflicting-routes/apart.yaml: IST0102 Namespace first',
      'image-auto-not-injected/no-label.yaml: IST0102 Namespace edge',
      'misplaced-annotation/on-the-deployment.yaml: IST0102 Namespace shop',
      'namespace-not-injected/no-mesh.yaml: IST0102 Namespace billing',
      'route-not-allowed/allowed.yaml: IST0102 Namespace shop',
      'route-not-allowed/refused.yaml: IST0102 Namespace shop',
      'routes-of-two-kinds/one-listener.yaml: IST0102 Namespace shop',
      'unknown-export-namespace/known.yaml: IST0102 Namespace billing',
      'unknown-export-namespace/misspelt.yaml: IST0102 Namespace billing',
      'unknown-export-namespace/misspelt.yaml: IST0102 Namespace shop',
      'useless-reference-grant/useful.yaml: IST0102 Namespace storefront',
      'useless-reference-grant/useless.yaml: IST0102 Namespace storefront',
    ],
  },
  {
    reason: 'the label that was meant to ask for sidecars is told, which says why there are none',
    findings: [
      'misspelt-label/misspelt.yaml: IST0102 Namespace bank',
      'misspelt-label/misspelt.yaml: IST0102 Namespace shop',
    ],
  },
  {
    reason: 'nothing runs in the namespace, or what runs there says for itself what it gets',
    findings: [
      'ambient-port-blocked/open.yaml: IST0102 Namespace plain',
      'ambient-sidecar-scope/ambient.yaml: IST0102 Namespace mixed',
      'image-auto-not-injected/labelled.yaml: IST0102 Namespace edge',
      'namespace-not-injected/decided.yaml: IST0102 Namespace empty',
      'namespace-not-injected/decided.yaml: IST0102 Namespace one-by-one',
    ],
  },
  {
    reason: 'the namespace is in the mesh of Linkerd',
    findings: ['rule-without-backend/linkerd.yaml: IST0102 Namespace meshed'],
  },
  {
    reason: 'a policy with `targetRefs` is for gateways and waypoints, not for pods',
    findings: [
      'unrequired-token/waypoint-required.yaml: IST0127 AuthorizationPolicy shop/all',
      'principal-without-tokens/other-gateway.yaml: IST0127 AuthorizationPolicy shop/inner',
      'principal-without-tokens/other-gateway.yaml: IST0127 AuthorizationPolicy shop/outer',
      'unknown-policy-target/targets.yaml: IST0127 AuthorizationPolicy shop/cart',
      'unknown-policy-target/undecided.yaml: IST0127 AuthorizationPolicy shop/cart',
      'invalid-target-ref/broken.yaml: IST0127 AuthorizationPolicy shop/a',
      'invalid-target-ref/sound.yaml: IST0127 AuthorizationPolicy shop/a',
      'policy-selects-nothing/selects.yaml: IST0127 AuthorizationPolicy shop/of-a-gateway',
      'policy-without-target/targets.yaml: IST0127 AuthorizationPolicy shop/targeted',
      'port-of-service/ports-of-pods.yaml: IST0127 AuthorizationPolicy shop/at-waypoint',
      'selector-of-gateway/others.yaml: IST0127 AuthorizationPolicy shop/edge',
    ],
  },
  {
    reason: 'a workload without pods at the moment is one all the same',
    findings: [
      'ambient-sidecar-scope/ambient.yaml: IST0101 Sidecar mixed/api',
      'identity-without-mtls/disabled.yaml: IST0127 AuthorizationPolicy shop/callers',
      'identity-without-mtls/in-force.yaml: IST0127 AuthorizationPolicy billing/usual',
      'identity-without-mtls/in-force.yaml: IST0127 AuthorizationPolicy shop/addresses',
      'identity-without-mtls/in-force.yaml: IST0127 AuthorizationPolicy shop/callers',
      'identity-without-mtls/not-automatic.yaml: IST0127 AuthorizationPolicy shop/callers',
      'identity-without-mtls/rule-for-clients.yaml: IST0127 AuthorizationPolicy shop/callers',
      'policy-selects-nothing/selects.yaml: IST0127 AuthorizationPolicy istio-system/everywhere',
      'policy-selects-nothing/selects.yaml: IST0127 AuthorizationPolicy shop/cron',
      'policy-selects-nothing/selects.yaml: IST0127 AuthorizationPolicy shop/deployment',
      'policy-without-target/selector.yaml: IST0127 AuthorizationPolicy shop/reads',
      'policy-without-target/targets.yaml: IST0127 AuthorizationPolicy shop/identities',
      'policy-without-waypoint/fine.yaml: IST0127 AuthorizationPolicy shop/identities',
      'policy-without-waypoint/fine.yaml: IST0127 AuthorizationPolicy sidecars/reads',
      'policy-without-waypoint/no-waypoint.yaml: IST0127 AuthorizationPolicy shop/reads',
      'selector-of-gateway/others.yaml: IST0127 AuthorizationPolicy shop/web',
      'selector-of-gateway/waypoint.yaml: IST0101 Telemetry shop/waypoint',
      'selector-selects-nothing/selected.yaml: IST0101 Sidecar shop/cart',
      'selector-selects-nothing/selected.yaml: IST0101 Telemetry shop/nightly',
      'uncovered-workload/open.yaml: IST0127 AuthorizationPolicy shop/db',
      'unknown-source-namespace/in-cluster.yaml: IST0127 AuthorizationPolicy shop/callers',
      'unknown-source-namespace/known.yaml: IST0127 AuthorizationPolicy shop/callers',
      'unknown-source-namespace/known.yaml: IST0127 AuthorizationPolicy shop/pattern',
      'unknown-source-namespace/misspelt.yaml: IST0127 AuthorizationPolicy shop/callers',
    ],
  },
  {
    reason: 'the selector may be for the workload of which the file leaves the namespace open',
    findings: ['policy-selects-nothing/selects.yaml: IST0127 AuthorizationPolicy shop/unplaced'],
  },
  {
    reason: 'nothing tells that the Service is one of a mesh',
    findings: [
      'cel-rule/service-ports.yaml: IST0118 Service shop/pay',
      'allow-rule-on-tcp/fits.yaml: IST0118 Service shop/web',
      'external-name-port/no-mesh.yaml: IST0150 Service shop/partner',
      'unknown-app-protocol/known.yaml: IST0118 Service other/elsewhere',
      'unknown-app-protocol/unknown.yaml: IST0118 Service shop/web',
      'unknown-backend-port/unknown.yaml: IST0118 Service shop/reviews',
      'unknown-host/service-in-list.yaml: IST0118 Service bookinfo/reviews',
    ],
  },
  {
    reason: 'the Service is outside the mesh, or nothing tells that it is in it',
    findings: [
      'port-without-protocol/named.yaml: IST0118 Service outside/web',
      'port-without-protocol/named.yaml: IST0118 Service unknown/web',
    ],
  },
  {
    reason: 'the port is the one where proxies tell whether they are ready, and only HTTP',
    findings: ['port-without-protocol/named.yaml: IST0118 Service shop/web'],
  },
  {
    reason: 'without an injector in the cluster it takes every `image: auto` for one that stays',
    findings: [
      'hidden-from-gateway/own-gateway.yaml: IST0146 Deployment shop/ingress',
      'hidden-from-gateway/route.yaml: IST0146 Deployment edge/ingress',
      'hidden-from-gateway/seen.yaml: IST0146 Deployment edge/ingress',
      'hidden-from-gateway/service.yaml: IST0146 Deployment edge/ingress',
      'hidden-from-gateway/subset.yaml: IST0146 Deployment edge/ingress',
      'identity-without-mtls/at-the-gateway.yaml: IST0146 Deployment edge/ingress',
      'identity-without-mtls/known-at-the-gateway.yaml: IST0146 Deployment edge/ingress',
      'patch-for-other-proxies/fitting.yaml: IST0146 Deployment edge/ingress',
      'patch-for-other-proxies/gateway-api.yaml: IST0146 Deployment edge/ingress',
      'patch-for-other-proxies/namespace.yaml: IST0146 Deployment edge/ingress',
      'patch-for-other-proxies/selected.yaml: IST0146 Deployment edge/ingress',
      'unrequired-token/at-the-gateway.yaml: IST0146 Deployment edge/ingress',
      'unrequired-token/behind-the-gateway.yaml: IST0146 Deployment edge/ingress',
      'image-auto-not-injected/labelled.yaml: IST0146 Deployment edge/ingress',
      'image-auto-not-injected/labelled.yaml: IST0146 Deployment shop/egress',
      'sidecar-in-ambient-namespace/ambient.yaml: IST0146 Deployment shop/edge',
    ],
  },
  {
    reason: 'UDP and TCP do not share a port of the same number',
    findings: ['port-of-two-protocols/same.yaml: IST0116 Deployment shop/dns'],
  },
  {
    reason: 'it takes one Service with two ports for two Services',
    findings: [
      'redirect-of-https/loop.yaml: IST0137 Deployment edge/ingress',
      'shared-target-port/apart.yaml: IST0137 Deployment shop/web',
    ],
  },
  {
    reason: 'only the proxy itself runs as this user, or no proxy is there',
    findings: [
      'proxy-user/proxy-itself.yaml: IST0144 Deployment outside/outside',
      'proxy-user/proxy-itself.yaml: IST0144 Deployment shop/injected',
    ],
  },
  {
    reason: 'istiod itself gives the Deployment of a Gateway this annotation',
    findings: ['sidecar-and-ambient/gateway.yaml: IST0107 Deployment shop/edge'],
  },
  {
    reason: 'a pod of the namespace asks for a sidecar of its own, which the object is for',
    findings: ['ambient-sidecar-scope/sidecars.yaml: IST0167 Sidecar mixed/default'],
  },
  {
    reason: 'the annotation is not one of Istio’s, or of its former operator',
    findings: ['unknown-annotation/others.yaml: IST0108 Service shop/web'],
  },
  {
    reason: 'keys that stand in the policy are fetched from nowhere',
    findings: ['unrestricted-key-fetch/keys-inside.yaml: IST0175 Deployment istio-system/istiod'],
  },
  {
    reason: 'what was to bring the namespace into the mesh is misspelt, and that is said instead',
    findings: [
      'injection-label/namespaces.yaml: IST0102 Namespace blog',
      'injection-label/namespaces.yaml: IST0102 Namespace web',
    ],
  },
];
