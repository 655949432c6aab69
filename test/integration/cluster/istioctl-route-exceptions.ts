/** What `istioctl analyze` says of hosts, routes, gateways and extensions that is not so, with why. */
import type { FalsePositives } from './istioctl-cluster-exceptions.ts';

export const routeFalsePositives: readonly FalsePositives[] = [
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
      'invalid-host/with-scheme.yaml: IST0174 DestinationRule pay/bank',
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
      'unknown-gateway/in-matches.yaml: IST0132 VirtualService shop/web',
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
      'missing-typed-config/old-form.yaml: IST0151 EnvoyFilter shop/sni',
      'patch-order/rivals.yaml: IST0151 EnvoyFilter other/trace',
      'patch-order/settled.yaml: IST0151 EnvoyFilter shop/first',
      'patch-order/settled.yaml: IST0151 EnvoyFilter mixed/inbound',
      'patch-order/settled.yaml: IST0151 EnvoyFilter mixed/outbound',
      'patch-order/settled.yaml: IST0151 EnvoyFilter shop/limits',
    ],
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
    reason: 'the endpoints of a Service without selector are kept by hand',
    findings: ['subset-selects-nothing/nobody-in-cluster.yaml: IST0173 DestinationRule shop/legacy'],
  },
];
