import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import type { Decode } from './decode-object.ts';
import {
  decodeConfigMap,
  decodeDefinition,
  decodeEndpointSlice,
  decodeMetadataOnly,
  decodeSecretRow,
  decodeWhole,
  isMeshConfigMap,
  isMeshDefinition,
} from './decode-others.ts';
import { protobufMediaType } from '../protobuf/envelope.ts';
import type { MessageType } from '../protobuf/message-type.ts';
import { decodeController, decodeCronJob, decodePod } from './decode-workloads.ts';
import { endpointSliceMessage, podMessage } from './object-messages.ts';

/** How a kind is asked for: as it is, its metadata only, or as rows of the server's table. */
export type Representation = 'whole' | 'metadata' | 'table';

/** A kind the model wants, and what of it. */
export interface WantedKind {
  readonly key: KindKey;
  /** The core group is the empty text. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Versions that can be read, the best first. */
  readonly versions: readonly string[];
  readonly representation: Representation;
  readonly decode: Decode;
  /** People look at it first: it is read before the others are. */
  readonly isFirst?: boolean;
  /** There are many, and some of them change all the time. */
  readonly isBusy?: boolean;
  /** By version: what `decode` reads, where it is written in protobuf. */
  readonly messages?: Readonly<Record<string, MessageType>>;
  /** Of a kind known by metadata: objects that are fetched whole. */
  readonly whole?: { readonly wants: (object: MeshObject) => boolean; readonly decode: Decode };
}

type Options = Partial<Pick<WantedKind, 'representation' | 'decode' | 'isFirst' | 'isBusy' | 'messages' | 'whole'>>;
/** Kind, plural; versions where they differ from the group's. */
type Row = readonly [kind: string, plural: string, versions?: readonly string[]];

function kinds(
  group: string,
  versions: readonly string[],
  namespaced: boolean,
  rows: readonly Row[],
  options: Options = {},
): WantedKind[] {
  return rows.map(([kind, plural, own]) => ({
    key: `${group === '' ? 'core' : group}/${kind}`,
    group,
    kind,
    plural,
    namespaced,
    versions: own ?? versions,
    representation: 'whole',
    decode: decodeWhole,
    ...options,
  }));
}

const metadataOnly: Options = { representation: 'metadata', decode: decodeMetadataOnly };
const istio = ['v1', 'v1beta1', 'v1alpha3'];
const gatewayApi = ['v1', 'v1beta1', 'v1alpha2'];

/** Everything the model wants of a cluster; what people look at first comes first. */
export const wantedKinds: readonly WantedKind[] = [
  ...kinds('', ['v1'], false, [['Namespace', 'namespaces']], { ...metadataOnly, isFirst: true }),
  ...kinds('', ['v1'], true, [['Service', 'services']], { isFirst: true }),
  ...kinds('', ['v1'], true, [['Pod', 'pods']], {
    decode: decodePod,
    isBusy: true,
    messages: { v1: podMessage },
  }),
  ...kinds('discovery.k8s.io', ['v1', 'v1beta1'], true, [['EndpointSlice', 'endpointslices']], {
    decode: decodeEndpointSlice,
    isBusy: true,
    messages: { v1: endpointSliceMessage },
  }),
  ...kinds(
    'apps',
    ['v1'],
    true,
    [
      ['Deployment', 'deployments'],
      ['StatefulSet', 'statefulsets'],
      ['DaemonSet', 'daemonsets'],
    ],
    { decode: decodeController },
  ),
  ...kinds('apps', ['v1'], true, [['ReplicaSet', 'replicasets']], metadataOnly),
  ...kinds('batch', ['v1'], true, [['Job', 'jobs']], metadataOnly),
  ...kinds('batch', ['v1'], true, [['CronJob', 'cronjobs']], { decode: decodeCronJob }),
  ...kinds('networking.istio.io', istio, true, [
    ['VirtualService', 'virtualservices'],
    ['DestinationRule', 'destinationrules'],
    ['Gateway', 'gateways'],
    ['ServiceEntry', 'serviceentries'],
    ['Sidecar', 'sidecars'],
    ['WorkloadEntry', 'workloadentries'],
    ['WorkloadGroup', 'workloadgroups'],
    ['EnvoyFilter', 'envoyfilters', ['v1alpha3']],
    ['ProxyConfig', 'proxyconfigs', ['v1beta1']],
  ]),
  ...kinds('security.istio.io', ['v1', 'v1beta1'], true, [
    ['PeerAuthentication', 'peerauthentications'],
    ['AuthorizationPolicy', 'authorizationpolicies'],
    ['RequestAuthentication', 'requestauthentications'],
  ]),
  ...kinds('telemetry.istio.io', ['v1', 'v1alpha1'], true, [['Telemetry', 'telemetries']]),
  ...kinds('extensions.istio.io', ['v1alpha1'], true, [
    ['WasmPlugin', 'wasmplugins'],
    ['TrafficExtension', 'trafficextensions'],
  ]),
  ...kinds('gateway.networking.k8s.io', gatewayApi, false, [['GatewayClass', 'gatewayclasses']]),
  ...kinds('gateway.networking.k8s.io', gatewayApi, true, [
    ['Gateway', 'gateways'],
    ['HTTPRoute', 'httproutes'],
    ['GRPCRoute', 'grpcroutes'],
    ['TLSRoute', 'tlsroutes', ['v1', 'v1alpha3', 'v1alpha2']],
    ['TCPRoute', 'tcproutes'],
    ['UDPRoute', 'udproutes'],
    ['ListenerSet', 'listenersets'],
    ['ReferenceGrant', 'referencegrants'],
    ['BackendTLSPolicy', 'backendtlspolicies', ['v1', 'v1alpha3']],
  ]),
  ...kinds('networking.k8s.io', ['v1'], true, [
    ['NetworkPolicy', 'networkpolicies'],
    ['Ingress', 'ingresses'],
  ]),
  ...kinds('policy.networking.k8s.io', ['v1alpha2', 'v1alpha1'], false, [
    ['ClusterNetworkPolicy', 'clusternetworkpolicies'],
    ['AdminNetworkPolicy', 'adminnetworkpolicies'],
    ['BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies'],
  ]),
  ...kinds('linkerd.io', ['v1alpha2', 'v1alpha1'], true, [['ServiceProfile', 'serviceprofiles']]),
  ...kinds('policy.linkerd.io', ['v1alpha1'], true, [
    ['Server', 'servers', ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1']],
    ['ServerAuthorization', 'serverauthorizations', ['v1beta1', 'v1alpha1']],
    ['HTTPRoute', 'httproutes', ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1']],
    ['AuthorizationPolicy', 'authorizationpolicies'],
    ['MeshTLSAuthentication', 'meshtlsauthentications'],
    ['NetworkAuthentication', 'networkauthentications'],
    ['EgressNetwork', 'egressnetworks'],
    ['HTTPLocalRateLimitPolicy', 'httplocalratelimitpolicies'],
  ]),
  ...kinds('workload.linkerd.io', ['v1beta1', 'v1alpha1'], true, [['ExternalWorkload', 'externalworkloads']]),
  ...kinds('cilium.io', ['v2'], true, [
    ['CiliumNetworkPolicy', 'ciliumnetworkpolicies'],
    ['CiliumEnvoyConfig', 'ciliumenvoyconfigs'],
  ]),
  ...kinds('cilium.io', ['v2'], false, [
    ['CiliumClusterwideNetworkPolicy', 'ciliumclusterwidenetworkpolicies'],
    ['CiliumClusterwideEnvoyConfig', 'ciliumclusterwideenvoyconfigs'],
  ]),
  ...kinds('consul.hashicorp.com', ['v1alpha1'], true, [
    ['ServiceDefaults', 'servicedefaults'],
    ['ServiceResolver', 'serviceresolvers'],
    ['ServiceRouter', 'servicerouters'],
    ['ServiceSplitter', 'servicesplitters'],
    ['ServiceIntentions', 'serviceintentions'],
    ['ProxyDefaults', 'proxydefaults'],
  ]),
  ...kinds('multicluster.x-k8s.io', ['v1beta1', 'v1alpha1'], true, [
    ['ServiceExport', 'serviceexports'],
    ['ServiceImport', 'serviceimports'],
  ]),
  ...kinds('', ['v1'], true, [['ServiceAccount', 'serviceaccounts']], metadataOnly),
  ...kinds('', ['v1'], true, [['ConfigMap', 'configmaps']], {
    ...metadataOnly,
    whole: { wants: ({ name }) => isMeshConfigMap(name), decode: decodeConfigMap },
  }),
  ...kinds('', ['v1'], true, [['Secret', 'secrets']], { representation: 'table', decode: decodeSecretRow }),
  ...kinds('', ['v1'], false, [['Node', 'nodes']], metadataOnly),
  ...kinds(
    'admissionregistration.k8s.io',
    ['v1'],
    false,
    [['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations']],
    metadataOnly,
  ),
  ...kinds('apiextensions.k8s.io', ['v1'], false, [['CustomResourceDefinition', 'customresourcedefinitions']], {
    ...metadataOnly,
    whole: { wants: ({ name }) => isMeshDefinition(name), decode: decodeDefinition },
  }),
];

/**
 * The `Accept` header that asks for a representation; `of` is one object, a list, or the events of a watch. What is whole may
 * be asked for in protobuf, which some servers, and what stands before them, do not speak.
 */
export function acceptOf(
  representation: Representation,
  of: 'object' | 'list' | 'watch',
  prefersProtobuf = false,
): string {
  switch (representation) {
    case 'whole':
      return prefersProtobuf ? `${protobufMediaType}, application/json` : 'application/json';
    case 'metadata':
      return `application/json;as=PartialObjectMetadata${of === 'list' ? 'List' : ''};g=meta.k8s.io;v=v1`;
    case 'table':
      return 'application/json;as=Table;g=meta.k8s.io;v=v1';
  }
}
