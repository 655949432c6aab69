import { groupOf } from '../../model/mesh-object.ts';
import type { KindSchema } from './kind-schema.ts';
import type { ObjectSchema } from './schema.ts';
import { anything, choice, record } from './schema.ts';
import { destinationRule } from './tables/destination-rule.ts';
import { gateway } from './tables/gateway.ts';
import { localMesh } from './tables/local-mesh.ts';
import { metadataSchema } from './tables/metadata.ts';
import { peerAuthentication } from './tables/peer-authentication.ts';
import { serviceEntry } from './tables/service-entry.ts';
import { service } from './tables/service.ts';
import { virtualService } from './tables/virtual-service.ts';
import { workloadEntry } from './tables/workload-entry.ts';

export const kindSchemas: readonly KindSchema[] = [
  destinationRule,
  gateway,
  localMesh,
  peerAuthentication,
  service,
  serviceEntry,
  virtualService,
  workloadEntry,
];

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
  ['meshlens.dev', ['LocalMesh']],
]);

const byKind = new Map(kindSchemas.map((schema) => [`${schema.group}/${schema.kind}`, schema]));
const whole = new Map<KindSchema, ObjectSchema>();

export function kindSchemaOf(apiVersion: string, kind: string): KindSchema | undefined {
  return byKind.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The structure of a whole object of the kind, `apiVersion` to `status`. */
export function objectSchemaOf(schema: KindSchema): ObjectSchema {
  let object = whole.get(schema);
  if (!object) {
    const versions = schema.versions.map((version) =>
      schema.group === 'core' ? version : `${schema.group}/${version}`,
    );
    object = record(
      schema.help,
      {
        apiVersion: choice('Group and version of the kind.', versions),
        kind: choice('What the object is.', [schema.kind]),
        metadata: metadataSchema,
        ...schema.fields,
        status: anything('Written by controllers.'),
      },
      { required: ['apiVersion', 'kind', 'metadata', ...schema.required] },
    );
    whole.set(schema, object);
  }
  return object;
}
