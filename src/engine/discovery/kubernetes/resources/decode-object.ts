import { fieldOf, isRecord, listOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import type { Labels, MeshObject, Origin, OwnerReference } from '../../../model/mesh-object.ts';
import { FieldsOutline, SharedOutline, type Kept, type Outline } from '../json/outline.ts';
import { outlineOf, outlinesOf, prune, type Shape } from './prune.ts';

/** What the items of a list have in common; they do not say it themselves. */
export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly origin: Origin;
}

/** An object that nobody else has seen yet. */
export type Draft = { -readonly [Field in keyof MeshObject]: MeshObject[Field] };

/** Makes an object of the model from one as the server sends it; undefined where it has no name. */
export interface Decode {
  (raw: unknown, type: ObjectType): Draft | undefined;
  /** What it reads of an object: all else need not be parsed. */
  readonly reads: Outline;
}

export interface DecodeShape {
  readonly annotations?: (key: string) => boolean;
  /** Left out: none of it. */
  readonly spec?: Shape;
  readonly status?: Shape;
  /** Other fields of the top level; `others` keeps all of them. */
  readonly rest?: { readonly [field: string]: Shape } | 'others';
}

const ownFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
const nothing: Labels = Object.freeze({});

/** Written by tools for themselves, long, and of no use to a mesh. */
const uselessAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'endpoints.kubernetes.io/last-change-trigger-time',
  'control-plane.alpha.kubernetes.io/leader',
]);

/** Whether it is kept where a kind does not say otherwise. */
export const isUsefulAnnotation = (key: string): boolean => !uselessAnnotations.has(key);

const meshDomains =
  /(?:^|\.)(?:istio\.io|linkerd\.io|cilium\.io|consul\.hashicorp\.com|gateway\.networking\.k8s\.io|prometheus\.io|meshlens\.dev)\//;

/** Annotations of pods that say something about a mesh or about metrics. */
export const isMeshAnnotation = (key: string): boolean => meshDomains.test(key);

/** A decoder that keeps these parts. */
export function decoderOf(shape: DecodeShape): Decode {
  const readAnnotations = annotationsThat(shape.annotations ?? isUsefulAnnotation);
  const decode = (raw: unknown, type: ObjectType): Draft | undefined => {
    const object = decodeMetadata(fieldOf(raw, 'metadata'), type, readAnnotations);
    if (!object) return undefined;
    const spec = shape.spec === undefined ? undefined : prune(fieldOf(raw, 'spec'), shape.spec);
    const status = shape.status === undefined ? undefined : prune(fieldOf(raw, 'status'), shape.status);
    const rest = restOf(raw, shape.rest);
    object.spec = spec;
    if (rest) object.rest = rest;
    if (status !== undefined) object.status = status;
    return object;
  };
  return Object.assign(decode, { reads: outlineOfObject(shape) });
}

/** What `decodeMetadata` reads. */
export const metadataOutline: Outline = new FieldsOutline({
  name: 'whole',
  namespace: 'whole',
  uid: 'whole',
  resourceVersion: 'whole',
  creationTimestamp: 'whole',
  deletionTimestamp: 'whole',
  labels: 'whole',
  annotations: new SharedOutline(
    new FieldsOutline(Object.fromEntries([...uselessAnnotations].map((key) => [key, undefined])), 'whole'),
  ),
  ownerReferences: new SharedOutline('whole'),
});

function outlineOfObject({ spec, status, rest }: DecodeShape): Outline {
  const own: Record<string, Kept> = {
    metadata: metadataOutline,
    spec: spec && outlineOf(spec),
    status: status && outlineOf(status),
  };
  return rest === 'others'
    ? new FieldsOutline({ ...own, apiVersion: undefined, kind: undefined }, 'whole')
    : new FieldsOutline({ ...outlinesOf(rest ?? {}), ...own });
}

function restOf(raw: unknown, shape: DecodeShape['rest']): Readonly<Record<string, unknown>> | undefined {
  if (shape === undefined || !isRecord(raw)) return undefined;
  if (shape !== 'others') {
    const kept = prune(raw, shape);
    return isRecord(kept) && Object.keys(kept).length > 0 ? kept : undefined;
  }
  const fields = Object.keys(raw).filter((key) => !ownFields.has(key));
  return fields.length > 0 ? Object.fromEntries(fields.map((key) => [key, raw[key]])) : undefined;
}

/** An object of its metadata alone; undefined where it has no name. Managed fields are never kept. */
export function decodeMetadata(
  metadata: unknown,
  { apiVersion, kind, origin }: ObjectType,
  readAnnotations: (value: unknown) => Labels = readUsefulAnnotations,
): Draft | undefined {
  const name = stringOf(fieldOf(metadata, 'name'));
  if (name === undefined) return undefined;
  const creationTimestamp = stringOf(fieldOf(metadata, 'creationTimestamp'));
  const deletionTimestamp = stringOf(fieldOf(metadata, 'deletionTimestamp'));
  const uid = stringOf(fieldOf(metadata, 'uid'));
  const resourceVersion = stringOf(fieldOf(metadata, 'resourceVersion'));
  const owners = readOwners(fieldOf(metadata, 'ownerReferences'));
  // Field by field, as ten thousand are made at once: objects that are spread into others cost several times as much.
  const object: Draft = {
    apiVersion,
    kind,
    namespace: stringOf(fieldOf(metadata, 'namespace')) ?? '',
    name,
    labels: readTexts(fieldOf(metadata, 'labels')),
    annotations: readAnnotations(fieldOf(metadata, 'annotations')),
    spec: undefined,
    origin,
  };
  if (creationTimestamp !== undefined) object.creationTimestamp = creationTimestamp;
  if (uid !== undefined) object.uid = uid;
  if (resourceVersion !== undefined) object.resourceVersion = resourceVersion;
  if (owners.length > 0) object.owners = owners;
  if (deletionTimestamp !== undefined) object.deletionTimestamp = deletionTimestamp;
  return object;
}

/** What `make` makes of a value: of the same object, which many may share, the same. */
function onceOf<T>(make: (value: unknown) => T): (value: unknown) => T {
  const made = new WeakMap<object, { readonly result: T }>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return make(value);
    let known = made.get(value);
    if (!known) made.set(value, (known = { result: make(value) }));
    return known.result;
  };
}

const annotationsThat = (keep: (key: string) => boolean): ((value: unknown) => Labels) =>
  onceOf((value) => readTexts(value, keep));
const readUsefulAnnotations = annotationsThat(isUsefulAnnotation);
const readOwners = onceOf((value) => listOf(value).flatMap(readOwner));

function readTexts(value: unknown, keep?: (key: string) => boolean): Labels {
  if (!isRecord(value)) return nothing;
  const texts = textsOf(value);
  const keys = Object.keys(texts);
  const kept = keep ? keys.filter(keep) : keys;
  if (kept.length === 0) return nothing;
  return kept.length === keys.length ? texts : Object.fromEntries(kept.map((key) => [key, texts[key] ?? '']));
}

function readOwner(value: unknown): readonly OwnerReference[] {
  const apiVersion = stringOf(fieldOf(value, 'apiVersion'));
  const kind = stringOf(fieldOf(value, 'kind'));
  const name = stringOf(fieldOf(value, 'name'));
  if (apiVersion === undefined || kind === undefined || name === undefined) return [];
  const uid = stringOf(fieldOf(value, 'uid')) ?? '';
  return [{ apiVersion, kind, name, uid, controller: fieldOf(value, 'controller') === true }];
}
