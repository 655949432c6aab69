import { groupOf } from '../../model/mesh-object.ts';
import type { KindFields, KindSchema } from './kind-schema.ts';
import type { ObjectSchema } from './schema.ts';
import { anything, choice, record } from './schema.ts';
import { istioKinds } from './tables/istio/istio-kinds.ts';
import { kubernetesKinds } from './tables/kubernetes/kubernetes-kinds.ts';
import { metadataSchema } from './tables/kubernetes/metadata.ts';
import { localMesh } from './tables/meshlens/local-mesh.ts';

export const kindSchemas: readonly KindSchema[] = [...istioKinds, ...kubernetesKinds, localMesh];

/** Every kind of the groups of which no other kind exists, so that a misspelt kind can be told. */
export const kindsByGroup: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'networking.istio.io',
    [
      'DestinationRule',
      'EnvoyFilter',
      'Gateway',
      'ProxyConfig',
      'ServiceEntry',
      'Sidecar',
      'VirtualService',
      'WorkloadEntry',
      'WorkloadGroup',
    ],
  ],
  ['security.istio.io', ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication']],
  ['telemetry.istio.io', ['Telemetry']],
  ['extensions.istio.io', ['TrafficExtension', 'WasmPlugin']],
  ['meshlens.dev', ['LocalMesh']],
]);

const byKind = new Map(kindSchemas.map((schema) => [`${schema.group}/${schema.kind}`, schema]));
const whole = new WeakMap<KindFields, ObjectSchema>();

export function kindSchemaOf(apiVersion: string, kind: string): KindSchema | undefined {
  return byKind.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The structure of a whole object of the kind, `apiVersion` to `status`. Versions that are not served read as the first. */
export function objectSchemaOf(schema: KindSchema, apiVersion?: string): ObjectSchema {
  const version = apiVersion?.slice(apiVersion.indexOf('/') + 1) ?? '';
  const fields = (schema.ofVersion && Object.hasOwn(schema.ofVersion, version) && schema.ofVersion[version]) || schema;
  let object = whole.get(fields);
  if (!object) {
    const versions = [...schema.versions, ...(schema.experimentalVersions ?? [])].map((each) =>
      schema.group === 'core' ? each : `${schema.group}/${each}`,
    );
    object = record(
      schema.help,
      {
        apiVersion: choice('Group and version of the kind.', versions),
        kind: choice('What the object is.', [schema.kind]),
        metadata: metadataSchema(schema.nameForm ?? 'subdomain'),
        ...fields.fields,
        status: anything('Written by controllers.'),
      },
      {
        required: ['apiVersion', 'kind', 'metadata', ...fields.required],
        ...(fields.rules && { rules: fields.rules }),
      },
    );
    whole.set(fields, object);
  }
  return object;
}
