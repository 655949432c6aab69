import type { ResourceRef } from '../../shared/resource.ts';

/** Where an object was read. Layers stack in this order: a later one overrides an earlier one with the same key. */
export type Layer = 'cluster' | 'workspace' | 'registry';

export interface Origin {
  readonly layer: Layer;
  /** Context of the cluster, URI of the file, or `local`. */
  readonly source: string;
  /** Zero-based number of the YAML document in a file. */
  readonly document?: number;
}

/** An entry of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

export type Labels = Readonly<Record<string, string>>;

/** One Kubernetes-shaped object. `spec` is untrusted data: readers check what they take. */
export interface MeshObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** RFC 3339; orders policies that compete. Absent in files. */
  readonly creationTimestamp?: string;
  /** The next four are known of objects of a cluster only. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly owners?: readonly OwnerReference[];
  /** RFC 3339: it is being deleted. */
  readonly deletionTimestamp?: string;
  readonly spec: unknown;
  /** Kinds that keep their content elsewhere (`data` of a ConfigMap): the rest of the object's top level. */
  readonly rest?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  readonly origin: Origin;
}

/** Group and kind, `networking.istio.io/VirtualService`; the core group is `core`. Versions of one kind are one. */
export type KindKey = string;

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? 'core' : apiVersion.slice(0, slash);
}

export function kindKey(object: { readonly apiVersion: string; readonly kind: string }): KindKey {
  return `${groupOf(object.apiVersion)}/${object.kind}`;
}

export function refOf(object: MeshObject): ResourceRef {
  return { apiVersion: object.apiVersion, kind: object.kind, namespace: object.namespace, name: object.name };
}

/** How people name it: `VirtualService bookinfo/reviews`. */
export function displayName(ref: ResourceRef): string {
  return ref.namespace ? `${ref.kind} ${ref.namespace}/${ref.name}` : `${ref.kind} ${ref.name}`;
}
