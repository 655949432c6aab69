/** What `istioctl analyze` says of fixtures in a cluster that is not so, with why, and where it fails. */

export interface FalsePositives {
  readonly reason: string;
  /** `fixture: code Kind namespace/name`. */
  readonly findings: readonly string[];
}

export const clusterFalsePositives: readonly FalsePositives[] = [
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
    reason: 'a `.` in the default of the mesh is the namespace of each workload, not the root namespace',
    findings: ['sidecar-egress/sound.yaml: IST0133 Sidecar istio-system/default'],
  },
  {
    reason: 'it looks for the host of a rule that is for all only among the Services that are for all',
    findings: ['hidden-from-gateway/seen.yaml: IST0174 DestinationRule shop/shop'],
  },
  {
    reason: 'of wildcards it knows only those below one of a ServiceEntry: here hosts are below the wildcard',
    findings: [
      'clients-without-strict/automatic.yaml: IST0174 DestinationRule istio-system/all',
      'clients-without-strict/demanded.yaml: IST0174 DestinationRule istio-system/all',
      'clients-without-strict/nothing-said.yaml: IST0174 DestinationRule istio-system/all',
      'host-without-waypoint/fine.yaml: IST0174 DestinationRule shop/all',
      'identity-without-mtls/rule-for-clients.yaml: IST0174 DestinationRule istio-system/all',
      'lost-mutual-tls/automatic.yaml: IST0174 DestinationRule istio-system/default',
      'lost-mutual-tls/plain.yaml: IST0174 DestinationRule istio-system/default',
      'mtls-to-plaintext/both.yaml: IST0174 DestinationRule istio-system/all',
      'plaintext-to-strict/mesh.yaml: IST0174 DestinationRule istio-system/all',
      'plaintext-to-strict/workload.yaml: IST0174 DestinationRule shop/all',
      'port-settings-without-port/known.yaml: IST0174 DestinationRule shop/all',
      'strict-without-clients/rule.yaml: IST0174 DestinationRule istio-system/all',
      'unknown-api-version/served.yaml: IST0174 DestinationRule bookinfo/reviews-v1',
      'unknown-api-version/served.yaml: IST0174 DestinationRule bookinfo/reviews-v1alpha3',
      'unknown-api-version/served.yaml: IST0174 DestinationRule bookinfo/reviews-v1beta1',
      'unknown-destination-rule-host/known.yaml: IST0174 DestinationRule bookinfo/all',
      'unknown-destination-rule-host/wildcards-in-cluster.yaml: IST0174 DestinationRule shop/all-partners',
      'unknown-destination-rule-host/wildcards-in-cluster.yaml: IST0174 DestinationRule shop/system',
      'unknown-subset/hidden-by-exact.yaml: IST0174 DestinationRule istio-system/all',
      'unknown-subset/known.yaml: IST0174 DestinationRule istio-system/all',
    ],
  },
  {
    reason: 'whoever reads the VirtualService that names a delegate decides what that must see',
    findings: ['unknown-host/readers.yaml: IST0101 VirtualService bank/part'],
  },
  {
    reason: 'that there can be no such host is said once, as what the webhook refuses',
    findings: [
      'invalid-host/broken.yaml: IST0101 VirtualService shop/a',
      'invalid-host/broken.yaml: IST0174 DestinationRule shop/c',
    ],
  },
  {
    reason: 'a Gateway without selector is for every gateway',
    findings: ['host-of-other-namespace/full.yaml: IST0101 Gateway routes/public'],
  },
  {
    reason: 'it takes the namespace `default` for written where the file leaves it open',
    findings: [
      'host-of-other-namespace/full.yaml: IST0101 VirtualService default/anywhere',
      'unknown-gateway/unknown-namespace.yaml: IST0132 VirtualService default/no-namespace-written',
    ],
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
    reason: 'hosts of one server that begin with `./` are for its own namespace, and the namespaces differ',
    findings: [
      'conflicting-gateways/apart.yaml: IST0145 Gateway billing/other-namespace',
      'conflicting-gateways/apart.yaml: IST0145 Gateway shop/other-namespace',
    ],
  },
  {
    reason: 'a VirtualService is no rival of itself',
    findings: [
      'conflicting-hosts/apart.yaml: IST0109 VirtualService bookinfo/reviews',
      'overlapping-hosts/broken.yaml: IST0109 VirtualService shop/a',
    ],
  },
  {
    reason: 'it does not know the form with dots, which istiod reads',
    findings: [
      'dotted-gateway-name/dots.yaml: IST0101 VirtualService shop/cart',
      'dotted-gateway-name/dots.yaml: IST0132 VirtualService shop/cart',
      'unknown-gateway/known.yaml: IST0132 VirtualService bookinfo/reviews',
    ],
  },
  {
    reason: 'it says twice that the gateway does not exist: once more as having none of the hosts',
    findings: [
      'destination-port-required/several.yaml: IST0132 VirtualService bookinfo/elsewhere',
      'double-tls/once.yaml: IST0132 VirtualService shop/pay',
      'rules-of-other-protocol/spoken.yaml: IST0132 VirtualService shop/elsewhere',
      'unbound-match/bound.yaml: IST0132 VirtualService shop/both',
      'unknown-delegate/delegates.yaml: IST0132 VirtualService shop/root',
      'unknown-delegate/kept-elsewhere.yaml: IST0132 VirtualService shop/root',
      'unserved-match-port/unknown.yaml: IST0132 VirtualService shop/cart',
      'invalid-gateway-reference/broken.yaml: IST0132 VirtualService shop/b',
      'unknown-gateway/gateway-api.yaml: IST0132 VirtualService edge/reviews',
      'unknown-gateway/kept-elsewhere.yaml: IST0132 VirtualService orders/orders',
      'unknown-gateway/kept-elsewhere.yaml: IST0132 VirtualService shop/cart',
      'unknown-gateway/none-declared.yaml: IST0132 VirtualService shop/cart',
      'unknown-gateway/unknown.yaml: IST0132 VirtualService bookinfo/reviews',
    ],
  },
  {
    reason: 'requests go to the port by which they came, and the service has it',
    findings: [
      'destination-port-required/same-ports.yaml: IST0112 VirtualService bookinfo/inside',
      'destination-port-required/same-ports.yaml: IST0112 VirtualService bookinfo/reviews',
    ],
  },
  {
    reason: 'it does not look at `insecureSkipVerify`',
    findings: [
      'client-tls-settings/broken.yaml: IST0128 DestinationRule shop/c',
      'no-server-authority/named.yaml: IST0128 DestinationRule shop/third',
      'plaintext-to-strict/workload.yaml: IST0128 DestinationRule shop/all',
    ],
  },
  {
    reason: 'the rule is where gateways are, which read the authority from the credential',
    findings: ['no-server-authority/of-gateways.yaml: IST0129 DestinationRule istio-system/ledger'],
  },
  {
    reason: 'istiod carries the operation out there, whatever the reference says of it',
    findings: [
      'ignored-patch/carried-out.yaml: IST0152 EnvoyFilter shop/limits',
      'ignored-patch/carried-out.yaml: IST0153 EnvoyFilter shop/limits',
      'ignored-patch/carried-out.yaml: IST0154 EnvoyFilter shop/limits',
    ],
  },
  {
    reason: 'no other EnvoyFilter here changes what the patch goes by, so their order does not matter',
    findings: [
      'principal-without-tokens/own-filter.yaml: IST0151 EnvoyFilter shop/tokens',
      'patch-order/rivals.yaml: IST0151 EnvoyFilter other/trace',
      'patch-order/settled.yaml: IST0151 EnvoyFilter shop/first',
      'patch-order/settled.yaml: IST0151 EnvoyFilter mixed/inbound',
      'patch-order/settled.yaml: IST0151 EnvoyFilter mixed/outbound',
      'patch-order/settled.yaml: IST0151 EnvoyFilter shop/limits',
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
    reason: 'the gateway has the rules of the same VirtualService, subsets included',
    findings: ['subsets-bypassed/two-hops.yaml: IST0140 VirtualService shop/cart'],
  },
  {
    reason: 'the subset has every workload of the service',
    findings: ['subsets-bypassed/whole.yaml: IST0140 VirtualService shop/public'],
  },
  {
    reason: 'a comment in the file silences it',
    findings: ['suppressed/file.yaml: IST0101 VirtualService bookinfo/reviews'],
  },
  {
    reason: 'a Telemetry with `targetRefs` is not for the whole namespace',
    findings: [
      'telemetries-without-selector/one-each.yaml: IST0160 Telemetry shop/default',
      'telemetries-without-selector/one-each.yaml: IST0160 Telemetry shop/waypoint',
    ],
  },
  {
    reason: 'the annotation is not one of Istio’s, or of its former operator',
    findings: ['unknown-annotation/others.yaml: IST0108 Service shop/web'],
  },
  {
    reason: 'it does not know what the domain of the cluster is',
    findings: ['unknown-host/other-cluster-domain.yaml: IST0101 VirtualService bookinfo/reviews'],
  },
  {
    reason: 'it leaves out the namespaces of Kubernetes itself',
    findings: ['unknown-source-namespace/known.yaml: IST0101 AuthorizationPolicy shop/callers'],
  },
  {
    reason: 'it does not look for subsets in DestinationRules of wildcard hosts',
    findings: ['unknown-subset/known.yaml: IST0101 VirtualService bookinfo/reviews'],
  },
  {
    reason: 'what a delegate does not match gets to the rules behind it',
    findings: ['unreachable-rule/reachable.yaml: IST0131 VirtualService bookinfo/reviews'],
  },
  {
    reason: 'keys that stand in the policy are fetched from nowhere',
    findings: ['unrestricted-key-fetch/keys-inside.yaml: IST0175 Deployment istio-system/istiod'],
  },
  {
    reason: 'the endpoints of a Service without selector are kept by hand',
    findings: ['subset-selects-nothing/nobody-in-cluster.yaml: IST0173 DestinationRule shop/legacy'],
  },
  {
    reason: 'what was to bring the namespace into the mesh is misspelt, and that is said instead',
    findings: [
      'injection-label/namespaces.yaml: IST0102 Namespace blog',
      'injection-label/namespaces.yaml: IST0102 Namespace web',
    ],
  },
];

/** Fixtures on which it ends without an answer, and what it says then. */
export const failures: readonly {
  readonly files: readonly string[];
  readonly says: RegExp;
  readonly reason: string;
}[] = [
  {
    files: ['empty-authorization-rule/broken.yaml'],
    says: /nil pointer dereference/,
    reason: 'istioctl crashes at a rule whose `from` has no source',
  },
  {
    files: [
      'probes-refused/injector.yaml',
      'proxy-image-mismatch/old.yaml',
      'proxy-image-mismatch/same.yaml',
      'proxy-image-mismatch/template.yaml',
    ],
    says: /interface conversion/,
    reason: 'istioctl crashes at a ConfigMap of the injector without `enableNamespacesByDefault`',
  },
  {
    files: ['unknown-network-registry/known.yaml', 'unknown-network-registry/misspelt.yaml'],
    says: /couldn't get version\/kind/,
    reason: 'istioctl fails at a Secret of a remote cluster whose kubeconfig is none',
  },
];
