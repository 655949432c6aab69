/** Kinds that a CustomResourceDefinition of the cluster or the workspace defines. */
import { fieldOf, listOf, recordOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { KindFields, KindSchema } from '../kind-schema.ts';
import type { ObjectSchema, Schema } from '../schema.ts';
import { record } from '../schema.ts';
import { objectSchemaOf } from '../object-schema.ts';
import { readCrdSchema, rulesOf } from './crd-schema.ts';
import { isKnownRule } from './known-rules.ts';
import { withHelp } from './with-help.ts';

/** Group and kind that an object defines; undefined where it does not say. */
export function definedKind({ spec }: MeshObject): { readonly group: string; readonly kind: string } | undefined {
  const group = stringOf(fieldOf(spec, 'group'));
  const kind = stringOf(fieldOf(fieldOf(spec, 'names'), 'kind'));
  return group === undefined || kind === undefined ? undefined : { group, kind };
}

/** The kind and its served versions, the stored one first, without reading its structure. */
export function servedKind(
  definition: MeshObject,
): { readonly group: string; readonly kind: string; readonly versions: readonly string[] } | undefined {
  const names = definedKind(definition);
  const versions = servedVersions(definition).flatMap((version) => stringOf(fieldOf(version, 'name')) ?? []);
  return names && versions.length > 0 ? { ...names, versions } : undefined;
}

function servedVersions({ spec }: MeshObject): readonly unknown[] {
  return listOf(fieldOf(spec, 'versions'))
    .filter((version) => fieldOf(version, 'served') === true)
    .sort((a, b) => Number(fieldOf(b, 'storage') === true) - Number(fieldOf(a, 'storage') === true));
}

const known = new WeakMap<
  MeshObject,
  { readonly table: KindSchema | undefined; readonly schema: KindSchema | undefined }
>();

/** What the definition says, with the words of our own table of the kind; undefined where it has no structure. */
export function kindOfDefinition(definition: MeshObject, table: KindSchema | undefined): KindSchema | undefined {
  let entry = known.get(definition);
  if (!entry || entry.table !== table) {
    entry = { table, schema: readDefinition(definition, table) };
    known.set(definition, entry);
  }
  return entry.schema;
}

function readDefinition(definition: MeshObject, table: KindSchema | undefined): KindSchema | undefined {
  const names = definedKind(definition);
  const { spec } = definition;
  const isOpen = fieldOf(spec, 'preserveUnknownFields') === true;
  const versions = servedVersions(definition).flatMap(
    (version): readonly { readonly name: string; readonly fields: KindFields | undefined }[] => {
      const name = stringOf(fieldOf(version, 'name'));
      if (name === undefined) return [];
      const source = fieldOf(fieldOf(version, 'schema'), 'openAPIV3Schema');
      return [{ name, fields: readFields(source, isOpen, table && objectSchemaOf(table, `${table.group}/${name}`)) }];
    },
  );
  const [first] = versions;
  if (!names || !first || versions.some(({ fields }) => fields === undefined)) return undefined;
  const ofVersion = versions.flatMap(({ name, fields }) => (fields ? [[name, fields] as const] : []));
  return {
    ...names,
    versions: versions.map(({ name }) => name),
    help: table?.help ?? '',
    ...(first.fields ?? { fields: {}, required: [] }),
    ofVersion: Object.fromEntries(ofVersion),
    ...(fieldOf(spec, 'scope') === 'Cluster' && { isClusterScoped: true }),
  };
}

/** What is the same for all kinds, or written by controllers. */
const common: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function readFields(source: unknown, isOpen: boolean, table: ObjectSchema | undefined): KindFields | undefined {
  const root = recordOf(source);
  if (!root) return undefined;
  const isKnown = table ? isKnownRule : () => false;
  const properties = Object.entries(recordOf(root.properties) ?? {}).filter(([name]) => !common.has(name));
  const fields = properties.map(([name, field]): readonly [string, Schema] => {
    const own = table && Object.hasOwn(table.fields, name) ? table.fields[name] : undefined;
    return [name, withHelp(readCrdSchema(field, isKnown), own)];
  });
  const whole = record('', Object.fromEntries(fields));
  const rules = [...(table?.rules ?? []), ...rulesOf(root, whole, isKnown)];
  return {
    fields: whole.fields,
    required: listOf(root.required).filter((each) => typeof each === 'string' && !common.has(each)) as string[],
    ...(rules.length > 0 && { rules }),
    ...((isOpen || root['x-kubernetes-preserve-unknown-fields'] === true) && { isOpen: true }),
  };
}
