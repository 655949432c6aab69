import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { readFast } from '../../documents/fast-values.ts';
import type { ObjectCheck } from '../check.ts';
import { annotatedKinds, isAtItsPlace, knownAnnotations } from '../workloads/annotation-places.ts';
import { isMeshConfigMap, textEntry } from './mesh-configuration.ts';

/** A setting by its path, where `[]` stands for every item of a list, and what to use, to follow "is deprecated". */
type Deprecation = readonly [path: string, successor: string];

const openTelemetry = 'use `opentelemetry`, which all tracing backends of today take';
const unread = 'it has no effect any more';

/** What Istio's API definition calls deprecated in the settings of a proxy. */
const ofProxies: readonly Deprecation[] = [
  ['discoveryRefreshDelay', unread],
  ['zipkinAddress', 'use `tracing.zipkin.address`, or a Telemetry with a provider'],
  ['envoyMetricsServiceAddress', 'use `envoyMetricsService.address`'],
  ['availabilityZone', 'the locality of a proxy is that of its node'],
  ['sds', unread],
  ['extraStatTags', 'tags that a Telemetry adds need not be listed'],
];

const ofMesh: readonly Deprecation[] = [
  ['certificates', 'use cert-manager or another issuer for certificates of control planes'],
  ['verifyCertificateAtClient', 'say in DestinationRules how the certificates of servers are checked'],
  ['extensionProviders[].lightstep', openTelemetry],
  ['extensionProviders[].opencensus', openTelemetry],
  ['extensionProviders[].envoyExtAuthzHttp.includeHeadersInCheck', 'use `includeRequestHeadersInCheck`'],
  ...['debug', 'maxNumberOfAttributes', 'maxNumberOfAnnotations', 'maxNumberOfMessageEvents'].map(
    (field): Deprecation => [`extensionProviders[].stackdriver.${field}`, unread],
  ),
  ...ofProxies.map(([path, successor]): Deprecation => [`defaultConfig.${path}`, successor]),
];

const proxyConfig = 'proxy.istio.io/config';

export const deprecatedMeshSetting: ObjectCheck = {
  scope: 'object',
  code: 'MESH2308',
  rule: 'deprecated-mesh-setting',
  aliases: ['IST0002'],
  severity: 'information',
  summary: 'The configuration of the mesh, or of a proxy, has a setting that is deprecated.',
  subject: [Kinds.configMap, ...annotatedKinds],
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    if (isMeshConfigMap(subject, settings)) {
      for (const message of deprecationsIn(textEntry(subject, 'mesh'), ofMesh)) {
        context.report(subject, ['data', 'mesh'], { message, part: 'key' });
      }
    }
    for (const annotation of knownAnnotations(subject)) {
      if (annotation.key !== proxyConfig || !isAtItsPlace(annotation)) continue;
      const read = readFast(annotation.value);
      for (const message of deprecationsIn(read.ok ? read.value : undefined, ofProxies)) {
        context.report(subject, annotation.path, { message, part: 'key' });
      }
    }
  },
};

function deprecationsIn(config: unknown, deprecations: readonly Deprecation[]): readonly string[] {
  return deprecations.flatMap(([path, successor]) =>
    isSetAt(config, path.split('.')) ? [`\`${path.replaceAll('[]', '')}\` is deprecated: ${successor}.`] : [],
  );
}

function isSetAt(value: unknown, [first, ...others]: readonly string[]): boolean {
  if (first === undefined) return value !== undefined && value !== null;
  const name = first.replace('[]', '');
  const field = isRecord(value) ? (fieldOf(value, name) ?? fieldOf(value, protoNameOf(name))) : undefined;
  return first === name ? isSetAt(field, others) : listOf(field).some((item) => isSetAt(item, others));
}

/** Istio takes its settings by the names of the definition too. */
function protoNameOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
