import { fieldOf, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { FieldsOutline } from '../json/outline.ts';
import { decodeMetadata, decoderOf, metadataOutline, type Decode, type ObjectType } from './decode-object.ts';

/** Labels, annotations and owners are all that is wanted. */
export const decodeMetadataOnly: Decode = decoderOf({});

/** Kinds that are about the mesh itself: everything of them but managed fields. */
export const decodeWhole: Decode = decoderOf({ spec: 'whole', status: 'whole', rest: 'others' });

export const decodeEndpointSlice: Decode = decoderOf({
  rest: {
    addressType: 'whole',
    ports: 'whole',
    endpoints: [
      {
        addresses: 'whole',
        conditions: 'whole',
        hostname: 'whole',
        nodeName: 'whole',
        zone: 'whole',
        targetRef: { kind: 'whole', namespace: 'whole', name: 'whole' },
      },
    ],
  },
});

/** Settings of meshes; other ConfigMaps are known by their metadata only. */
export const decodeConfigMap: Decode = decoderOf({ rest: { data: 'whole' } });

/** What objects of a kind are held to. */
export const decodeDefinition: Decode = decoderOf({ spec: 'whole' });

const meshGroups =
  /\.(?:istio\.io|linkerd\.io|cilium\.io|consul\.hashicorp\.com|gateway\.networking\.(?:x-)?k8s\.io|policy\.networking\.k8s\.io|multicluster\.x-k8s\.io)$/;

/** A cluster may have hundreds of definitions, and megabytes of them; those of meshes are read whole. */
export const isMeshDefinition = (name: string): boolean => meshGroups.test(name);

function secretOf(raw: unknown, type: ObjectType): MeshObject | undefined {
  const object = decodeMetadata(fieldOf(fieldOf(raw, 'object'), 'metadata'), type);
  if (!object) return undefined;
  const cells = listOf(fieldOf(raw, 'cells'));
  const secretType = stringOf(cells[1]);
  const keyCount = numberOf(cells[2]);
  return {
    ...object,
    rest: { ...(secretType !== undefined && { type: secretType }), ...(keyCount !== undefined && { keyCount }) },
  };
}

/**
 * A Secret from a row of the server's table (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables):
 * name, type, number of keys. What is secret in it never leaves the server.
 */
export const decodeSecretRow: Decode = Object.assign(secretOf, {
  reads: new FieldsOutline({ cells: 'whole', object: new FieldsOutline({ metadata: metadataOutline }) }),
});

const meshConfigMaps = /^(?:istio|istio-cni-config|cilium-config|linkerd-config|coredns)$/;
/** Of a revision: `istio-1-31-0`. Istio's other ConfigMaps are the injector's, which are long, and certificates. */
const revisionConfigMap = /^istio-(?!sidecar-injector|ca-|cni-|gateway|leader|namespace|validation|webhook)/;

export const isMeshConfigMap = (name: string): boolean => meshConfigMaps.test(name) || revisionConfigMap.test(name);
