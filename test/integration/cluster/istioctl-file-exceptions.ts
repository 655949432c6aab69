/** What `istioctl analyze` says of fixtures as files that is not so, with why. */

interface FalsePositive {
  readonly file: string;
  readonly code: string;
  readonly object: string;
  readonly reason: string;
}

const noMeshConfig = 'it reads the mesh configuration from a cluster only, not from the ConfigMap beside';
const dots = 'it does not know the form with dots, which istiod reads';
const followsGateway = 'it says twice that the gateway does not exist: once more as having none of the hosts';
const unwrittenNamespace = 'it takes the namespace `default` for written where the file leaves it open';

const keptElsewhere = 'nothing is known of where it would be declared, and nothing beside has such a name';
const impossibleName = 'that no gateway can have this name is said once, as what the webhook refuses';
const settledOrder = 'no other EnvoyFilter here changes what the patch goes by, so their order does not matter';

const carriedOut = 'istiod carries the operation out there, whatever the reference says of it';

export const fileFalsePositives: readonly FalsePositive[] = [
  {
    file: 'sidecar-egress/sound.yaml',
    code: 'IST0133',
    object: 'Sidecar istio-system/default',
    reason: 'it reads `.` as the root namespace, where the default of the mesh means that of each workload',
  },
  {
    file: 'no-server-authority/of-gateways.yaml',
    code: 'IST0129',
    object: 'DestinationRule istio-system/ledger',
    reason: 'the rule is where gateways are, which read the authority from the credential',
  },
  ...['IST0152', 'IST0153', 'IST0154'].map((code) => ({
    file: 'ignored-patch/carried-out.yaml',
    code,
    object: 'EnvoyFilter shop/limits',
    reason: carriedOut,
  })),
  {
    file: 'unknown-field/misplaced.yaml',
    code: 'IST0133',
    object: 'AuthorizationPolicy shop/reviews',
    reason: 'the labels of the selector stand a level off, which is said instead',
  },
  {
    file: 'unknown-gateway/in-matches.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/web',
    reason: followsGateway,
  },
  {
    file: 'missing-typed-config/old-form.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter shop/sni',
    reason: settledOrder,
  },
  {
    file: 'patch-order/rivals.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter other/trace',
    reason: settledOrder,
  },
  {
    file: 'patch-order/settled.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter shop/first',
    reason: settledOrder,
  },
  {
    file: 'patch-order/settled.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter shop/limits',
    reason: settledOrder,
  },
  {
    file: 'patch-order/settled.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter mixed/outbound',
    reason: settledOrder,
  },
  {
    file: 'patch-order/settled.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter mixed/inbound',
    reason: settledOrder,
  },
  {
    file: 'unknown-gateway/kept-elsewhere.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/cart',
    reason: keptElsewhere,
  },
  {
    file: 'unknown-gateway/kept-elsewhere.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/cart',
    reason: followsGateway,
  },
  {
    file: 'unknown-gateway/kept-elsewhere.yaml',
    code: 'IST0132',
    object: 'VirtualService orders/orders',
    reason: followsGateway,
  },
  {
    file: 'unknown-gateway/none-declared.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/cart',
    reason: keptElsewhere,
  },
  {
    file: 'unknown-gateway/none-declared.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/cart',
    reason: followsGateway,
  },
  {
    file: 'unknown-subset/declared-elsewhere.yaml',
    code: 'IST0101',
    object: 'VirtualService default/reviews',
    reason: keptElsewhere,
  },
  {
    file: 'access-log-without-provider/default-provider.yaml',
    code: 'IST0157',
    object: 'Telemetry shop/default',
    reason: noMeshConfig,
  },
  {
    file: 'tcp-entry-without-address/allocated.yaml',
    code: 'IST0134',
    object: 'ServiceEntry shop/db',
    reason: noMeshConfig,
  },
  {
    file: 'conflicting-hosts/apart.yaml',
    code: 'IST0109',
    object: 'VirtualService bookinfo/reviews',
    reason: 'a VirtualService is no rival of itself where it names a host short and in full',
  },
  {
    file: 'dotted-gateway-name/dots.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/cart',
    reason: dots,
  },
  {
    file: 'dotted-gateway-name/dots.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/cart',
    reason: dots,
  },
  {
    file: 'unknown-gateway/known.yaml',
    code: 'IST0101',
    object: 'VirtualService bookinfo/reviews',
    reason: dots,
  },
  {
    file: 'unknown-gateway/known.yaml',
    code: 'IST0132',
    object: 'VirtualService bookinfo/reviews',
    reason: dots,
  },
  {
    file: 'unknown-gateway/unknown.yaml',
    code: 'IST0132',
    object: 'VirtualService bookinfo/reviews',
    reason: followsGateway,
  },
  {
    file: 'unknown-gateway/unknown-namespace.yaml',
    code: 'IST0101',
    object: 'VirtualService default/no-namespace-written',
    reason: unwrittenNamespace,
  },
  {
    file: 'unknown-gateway/unknown-namespace.yaml',
    code: 'IST0132',
    object: 'VirtualService default/no-namespace-written',
    reason: unwrittenNamespace,
  },
  {
    file: 'unknown-gateway/gateway-api.yaml',
    code: 'IST0132',
    object: 'VirtualService edge/reviews',
    reason: followsGateway,
  },
  {
    file: 'no-server-authority/named.yaml',
    code: 'IST0128',
    object: 'DestinationRule shop/third',
    reason: 'it does not look at `insecureSkipVerify`',
  },
  {
    file: 'client-tls-settings/broken.yaml',
    code: 'IST0128',
    object: 'DestinationRule shop/c',
    reason: 'it does not look at `insecureSkipVerify`',
  },
  {
    file: 'invalid-gateway-reference/broken.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/b',
    reason: impossibleName,
  },
  {
    file: 'invalid-gateway-reference/broken.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/b',
    reason: followsGateway,
  },
  {
    file: 'overlapping-hosts/broken.yaml',
    code: 'IST0109',
    object: 'VirtualService shop/a',
    reason: 'a VirtualService is no rival of itself',
  },
  {
    file: 'plaintext-to-strict/workload.yaml',
    code: 'IST0128',
    object: 'DestinationRule shop/all',
    reason: 'it does not look at `insecureSkipVerify`',
  },
  {
    file: 'unknown-subset/known.yaml',
    code: 'IST0101',
    object: 'VirtualService bookinfo/reviews',
    reason: 'it does not look for subsets in DestinationRules of wildcard hosts',
  },
  {
    file: 'unrestricted-key-fetch/keys-inside.yaml',
    code: 'IST0175',
    object: 'Deployment istio-system/istiod',
    reason: 'keys that stand in the policy are fetched from nowhere',
  },
  {
    file: 'telemetries-without-selector/one-each.yaml',
    code: 'IST0160',
    object: 'Telemetry shop/default',
    reason: 'a Telemetry with `targetRefs` is not for the whole namespace',
  },
  {
    file: 'telemetries-without-selector/one-each.yaml',
    code: 'IST0160',
    object: 'Telemetry shop/waypoint',
    reason: 'a Telemetry with `targetRefs` is not for the whole namespace',
  },
  {
    file: 'unreachable-rule/reachable.yaml',
    code: 'IST0131',
    object: 'VirtualService bookinfo/reviews',
    reason: 'what a delegate does not match gets to the rules behind it',
  },
  {
    file: 'double-tls/once.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/pay',
    reason: keptElsewhere,
  },
  {
    file: 'double-tls/once.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/pay',
    reason: followsGateway,
  },
  {
    file: 'rules-of-other-protocol/spoken.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/elsewhere',
    reason: keptElsewhere,
  },
  {
    file: 'rules-of-other-protocol/spoken.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/elsewhere',
    reason: followsGateway,
  },
  {
    file: 'unbound-match/bound.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/both',
    reason: keptElsewhere,
  },
  {
    file: 'unbound-match/bound.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/both',
    reason: followsGateway,
  },
  {
    file: 'unknown-delegate/delegates.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/root',
    reason: keptElsewhere,
  },
  {
    file: 'unknown-delegate/delegates.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/root',
    reason: followsGateway,
  },
  {
    file: 'unknown-delegate/kept-elsewhere.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/root',
    reason: keptElsewhere,
  },
  {
    file: 'unknown-delegate/kept-elsewhere.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/root',
    reason: followsGateway,
  },
  {
    file: 'unserved-match-port/unknown.yaml',
    code: 'IST0101',
    object: 'VirtualService shop/cart',
    reason: keptElsewhere,
  },
  {
    file: 'unserved-match-port/unknown.yaml',
    code: 'IST0132',
    object: 'VirtualService shop/cart',
    reason: followsGateway,
  },
  {
    file: 'destination-port-required/several.yaml',
    code: 'IST0101',
    object: 'VirtualService bookinfo/elsewhere',
    reason: keptElsewhere,
  },
  {
    file: 'destination-port-required/several.yaml',
    code: 'IST0132',
    object: 'VirtualService bookinfo/elsewhere',
    reason: followsGateway,
  },
  {
    file: 'principal-without-tokens/own-filter.yaml',
    code: 'IST0151',
    object: 'EnvoyFilter shop/tokens',
    reason: settledOrder,
  },
];
