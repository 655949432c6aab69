/** Annotations that Istio reads: on what, how settled they are, and what they may hold. */
import { load } from 'js-yaml';
import { isRecord } from '../../../shared/untrusted.ts';
import { isCidr } from './text-formats.ts';

export interface IstioAnnotation {
  /** Kinds whose `metadata` may have it; `Pod` also means the template of a workload. `Any`: all. */
  readonly on: readonly string[];
  readonly isAlpha: boolean;
  /** For one that is deprecated: what to use, as the end of a sentence; empty where nothing took its place. */
  readonly successor?: string;
  /** Says what is wrong with a value. */
  readonly problemOf?: (value: string) => string | undefined;
}

type ProblemOf = NonNullable<IstioAnnotation['problemOf']>;

const isWhole = (text: string, most: number): boolean => /^\d{1,10}$/.test(text) && Number(text) <= most;

const port: ProblemOf = (value) => (isWhole(value.trim(), 65_535) ? undefined : 'it must be a port number');
const count: ProblemOf = (value) => (isWhole(value, 4_294_967_295) ? undefined : 'it must be a whole number');
const flag: ProblemOf = (value) =>
  /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value) ? undefined : 'it must be `true` or `false`';
const mode: ProblemOf = (value) =>
  ['REDIRECT', 'TPROXY', 'NONE'].includes(value) ? undefined : 'it must be `REDIRECT`, `TPROXY` or `NONE`';

const ports: ProblemOf = (value) => {
  const wrong = value.trim() === '' ? undefined : value.split(',').find((each) => port(each) !== undefined);
  return wrong === undefined ? undefined : `\`${wrong.trim()}\` is no port number`;
};

const ranges: ProblemOf = (value) => {
  const wrong = value === '' ? undefined : value.split(',').find((each) => !isCidr(each));
  return wrong === undefined ? undefined : `\`${wrong}\` is no address range such as \`10.0.0.0/8\``;
};

const orAll =
  (check: ProblemOf): ProblemOf =>
  (value) =>
    value === '*' ? undefined : check(value);

const interfaces: ProblemOf = (value) => {
  const wrong = value === '' ? undefined : value.split(',').find((each) => !/^[\w.@-]{1,15}$/.test(each.trim()));
  return wrong === undefined ? undefined : `\`${wrong.trim()}\` is no name of a network interface`;
};

const quantity: ProblemOf = (value) =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(value)
    ? undefined
    : 'it must be a quantity such as `100m` or `128Mi`';

const proxyConfig: ProblemOf = (value) => {
  try {
    const config = load(value);
    return config === null || config === undefined || isRecord(config) ? undefined : 'it must be a mapping in YAML';
  } catch {
    return 'it is not valid YAML';
  }
};

const pod = ['Pod'] as const;
const viaProxyConfig = (field: string): string => `set \`${field}\` in \`proxy.istio.io/config\` instead`;

/** Alpha ones of pods. */
const alphaOfPods: readonly (readonly [string, ProblemOf?])[] = [
  ['ambient.istio.io/bypass-inbound-capture'],
  ['ambient.istio.io/dns-capture'],
  ['inject.istio.io/templates'],
  ['istio.io/reroute-virtual-interfaces', interfaces],
  ['istio.io/rev'],
  ['prometheus.istio.io/merge-metrics', flag],
  ['proxy.istio.io/overrides'],
  ['readiness.status.sidecar.istio.io/applicationPorts'],
  ['readiness.status.sidecar.istio.io/failureThreshold', count],
  ['readiness.status.sidecar.istio.io/initialDelaySeconds', count],
  ['readiness.status.sidecar.istio.io/periodSeconds', count],
  ['sidecar.istio.io/agentLogLevel'],
  ['sidecar.istio.io/bootstrapOverride'],
  ['sidecar.istio.io/componentLogLevel'],
  ['sidecar.istio.io/interceptionMode', mode],
  ['sidecar.istio.io/logLevel'],
  ['sidecar.istio.io/nativeSidecar'],
  ['sidecar.istio.io/proxyCPU', quantity],
  ['sidecar.istio.io/proxyCPULimit', quantity],
  ['sidecar.istio.io/proxyImage'],
  ['sidecar.istio.io/proxyImageType'],
  ['sidecar.istio.io/proxyMemory', quantity],
  ['sidecar.istio.io/rewriteAppHTTPProbers'],
  ['sidecar.istio.io/statsEvictionInterval'],
  ['sidecar.istio.io/statsFlushInterval'],
  ['sidecar.istio.io/statsHistogramBins'],
  ['sidecar.istio.io/statsHistogramBuckets'],
  ['sidecar.istio.io/status'],
  ['sidecar.istio.io/userVolume'],
  ['status.sidecar.istio.io/port', port],
  ['traffic.sidecar.istio.io/excludeInboundPorts', ports],
  ['traffic.sidecar.istio.io/excludeInterfaces', interfaces],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', ranges],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', ports],
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', orAll(ranges)],
  ['traffic.sidecar.istio.io/includeOutboundPorts'],
];

/** Settled ones of pods. */
const settledOfPods: readonly (readonly [string, ProblemOf?])[] = [
  ['ambient.istio.io/redirection'],
  ['proxy.istio.io/config', proxyConfig],
  ['sidecar.istio.io/proxyMemoryLimit', quantity],
  ['sidecar.istio.io/userVolumeMount'],
  ['traffic.sidecar.istio.io/includeInboundPorts', orAll(ports)],
];

const deprecatedOfPods: readonly (readonly [string, string, ProblemOf?])[] = [
  ['sidecar.istio.io/discoveryAddress', viaProxyConfig('discoveryAddress')],
  ['sidecar.istio.io/extraStatTags', viaProxyConfig('extraStatTags')],
  ['sidecar.istio.io/inject', 'use the label of the same name instead'],
  ['sidecar.istio.io/statsCompression', viaProxyConfig('statsCompression')],
  ['sidecar.istio.io/statsInclusionPrefixes', viaProxyConfig('proxyStatsMatcher')],
  ['sidecar.istio.io/statsInclusionRegexps', viaProxyConfig('proxyStatsMatcher')],
  ['sidecar.istio.io/statsInclusionSuffixes', viaProxyConfig('proxyStatsMatcher')],
  ['traffic.sidecar.istio.io/kubevirtInterfaces', 'use `istio.io/reroute-virtual-interfaces` instead', interfaces],
];

/** Alpha ones of other kinds. */
const alphaOfOthers: readonly (readonly [string, readonly string[]])[] = [
  ['ambient.istio.io/waypoint-inbound-binding', ['GatewayClass', 'Gateway']],
  ['galley.istio.io/analyze-suppress', ['Any']],
  ['gateway.istio.io/controller-version', ['Any']],
  ['gateway.istio.io/name-override', ['Gateway']],
  ['gateway.istio.io/service-account', ['Gateway']],
  ['istio.io/autoRegistrationGroup', ['WorkloadEntry']],
  ['istio.io/connectedAt', ['WorkloadEntry']],
  ['istio.io/disconnectedAt', ['WorkloadEntry']],
  ['istio.io/dry-run', ['AuthorizationPolicy']],
  ['istio.io/use-waypoint-canary-weight', ['Service', 'ServiceEntry', 'Namespace']],
  ['istio.io/workloadController', ['WorkloadEntry']],
  ['networking.istio.io/exportTo', ['Service']],
  ['networking.istio.io/service-type', ['Gateway']],
  ['networking.istio.io/traffic-distribution', ['Namespace', 'Service', 'ServiceEntry']],
  ['topology.istio.io/controlPlaneClusters', ['Namespace']],
];

export const istioAnnotations: ReadonlyMap<string, IstioAnnotation> = new Map<string, IstioAnnotation>([
  ...alphaOfPods.map(
    ([name, problemOf]) => [name, { on: pod, isAlpha: true, ...(problemOf && { problemOf }) }] as const,
  ),
  ...settledOfPods.map(
    ([name, problemOf]) => [name, { on: pod, isAlpha: false, ...(problemOf && { problemOf }) }] as const,
  ),
  ...deprecatedOfPods.map(
    ([name, successor, problemOf]) =>
      [name, { on: pod, isAlpha: false, successor, ...(problemOf && { problemOf }) }] as const,
  ),
  ...alphaOfOthers.map(([name, on]) => [name, { on, isAlpha: true }] as const),
  ['alpha.istio.io/canonical-serviceaccounts', { on: ['Service'], isAlpha: true, successor: '' }],
  ['alpha.istio.io/kubernetes-serviceaccounts', { on: ['Service'], isAlpha: true, successor: '' }],
  ['kubernetes.io/ingress.class', { on: ['Ingress'], isAlpha: false }],
  ['traffic.istio.io/nodeSelector', { on: ['Service'], isAlpha: false }],
]);

/** Labels that Istio reads, which are easily taken for annotations. */
export const istioLabels: ReadonlySet<string> = new Set([
  'istio-injection',
  'istio.io/dataplane-mode',
  'istio.io/ingress-use-waypoint',
  'istio.io/rev',
  'istio.io/tag',
  'istio.io/use-waypoint',
  'istio.io/use-waypoint-canary',
  'istio.io/use-waypoint-canary-namespace',
  'istio.io/use-waypoint-namespace',
  'istio.io/waypoint-for',
  'networking.istio.io/enable-autoallocate-ip',
  'networking.istio.io/gatewayPort',
  'security.istio.io/tlsMode',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
  'service.istio.io/workload-name',
  'sidecar.istio.io/inject',
  'topology.istio.io/cluster',
  'topology.istio.io/locality',
  'topology.istio.io/network',
  'topology.istio.io/subzone',
]);

/** Written by installers and controllers for themselves, and listed nowhere. */
const ownDomains = /^(?:.+\.)?(?:internal|install|operator|release|meta\.helm|ca)\.istio\.io$/;

/** Whether the key belongs to Istio, so that one it does not know is a mistake. */
export function isIstioAnnotation(key: string): boolean {
  if (key === 'kubernetes.io/ingress.class') return true;
  const domain = key.split('/', 1)[0] ?? '';
  return (domain === 'istio.io' || domain.endsWith('.istio.io')) && key.includes('/') && !ownDomains.test(domain);
}
