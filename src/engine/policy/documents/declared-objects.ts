import { configurationKind, isConfigurationFile } from '../../../shared/configuration-file.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf, recordOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import type { KindKey, MeshObject, Origin } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import { hasPlaceholder } from './placeholders.ts';

/** An object that a document declares, and where in the document it stands. */
export interface DeclaredObject {
  readonly object: MeshObject;
  readonly kind: KindKey;
  /** Path of the object in its document: empty, or an item of a `List`. */
  readonly base: FieldPath;
  /** False where the namespace is our assumption, because the document names none, or one that is filled in later. */
  readonly namespaceDeclared: boolean;
  /** Follows from what another object declares (services of a LocalMesh): it has no fields of its own in the text. */
  readonly isDerived: boolean;
  /** What a reader of this kind, beyond its schema, found wrong. */
  readonly problems: readonly { readonly path: FieldPath; readonly message: string }[];
}

/** Objects that follow from one object: the services and workloads a LocalMesh declares. */
export type DerivedReader = (
  value: UntrustedRecord,
  origin: Origin,
) => {
  readonly objects: readonly { readonly object: MeshObject; readonly base: FieldPath }[];
  readonly problems: readonly { readonly path: FieldPath; readonly message: string }[];
};

export interface ReadOptions {
  readonly defaultNamespace: string;
  /** Gives undefined for objects it does not know. */
  readonly derive?: (value: UntrustedRecord, origin: Origin) => ReturnType<DerivedReader> | undefined;
}

const clusterScoped: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'APIService',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'ClusterServiceVersion',
]);

const maximumListItems = 10_000;

/** The objects of one document: one, none, or the items of a `List`. */
export function declaredObjects(
  value: unknown,
  uri: string,
  document: number,
  options: ReadOptions,
): readonly DeclaredObject[] {
  const origin: Origin = { layer: 'workspace', source: uri, document };
  // A directive of strategic merge makes the whole a patch of an object, which nobody applies as it stands.
  if (!isRecord(value) || '$patch' in value) return [];
  const items = fieldOf(value, 'items');
  if (stringOf(fieldOf(value, 'kind'))?.endsWith('List') && Array.isArray(items)) {
    return listOf(items)
      .slice(0, maximumListItems)
      .flatMap((item, index) => readObject(item, ['items', index], origin, options));
  }
  return readObject(value, [], origin, options);
}

function readObject(value: unknown, base: FieldPath, origin: Origin, options: ReadOptions): readonly DeclaredObject[] {
  const record = recordOf(value);
  const { apiVersion, kind } = isConfigurationFile(origin.source)
    ? configurationKind
    : { apiVersion: stringOf(fieldOf(record, 'apiVersion')), kind: stringOf(fieldOf(record, 'kind')) };
  if (!record || !apiVersion || !kind) return [];
  const metadata = fieldOf(record, 'metadata');
  const namespace = stringOf(fieldOf(metadata, 'namespace'));
  const creationTimestamp = stringOf(fieldOf(metadata, 'creationTimestamp'));
  const status = fieldOf(record, 'status');
  const rest = restOf(record);
  const object: MeshObject = {
    apiVersion,
    kind,
    namespace: clusterScoped.has(kind) ? '' : (namespace ?? options.defaultNamespace),
    name: stringOf(fieldOf(metadata, 'name')) ?? '',
    labels: textsOf(fieldOf(metadata, 'labels')),
    annotations: textsOf(fieldOf(metadata, 'annotations')),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    spec: fieldOf(record, 'spec'),
    ...(rest && { rest }),
    ...(status !== undefined && { status }),
    origin,
  };
  const isNamed = namespace !== undefined && !hasPlaceholder(namespace);
  const namespaceDeclared = isNamed || clusterScoped.has(kind);
  const derived = options.derive?.(record, origin);
  const own: DeclaredObject = {
    object,
    kind: kindKey(object),
    base,
    namespaceDeclared,
    isDerived: false,
    problems: derived?.problems ?? [],
  };
  const others = (derived?.objects ?? []).map((entry): DeclaredObject => {
    const path = [...base, ...entry.base];
    return {
      object: entry.object,
      kind: kindKey(entry.object),
      base: path,
      namespaceDeclared: true,
      isDerived: true,
      problems: [],
    };
  });
  return [own, ...others];
}

const ownFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

function restOf(record: UntrustedRecord): UntrustedRecord | undefined {
  const entries = Object.keys(record)
    .filter((key) => !ownFields.has(key))
    .map((key) => [key, record[key]] as const);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
