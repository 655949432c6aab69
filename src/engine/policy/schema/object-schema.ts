import type { KindFields, KindSchema } from './kind-schema.ts';
import type { ObjectSchema } from './schema.ts';
import { hasNoNamespace } from './object-rules.ts';
import { anything, choice, record } from './schema.ts';
import { metadataSchema } from './tables/kubernetes/metadata.ts';

const whole = new WeakMap<KindFields, ObjectSchema>();

/** The structure of a whole object of the kind, `apiVersion` to `status`. Versions that are not served read as the first. */
export function objectSchemaOf(schema: KindSchema, apiVersion?: string): ObjectSchema {
  const version = apiVersion?.slice(apiVersion.indexOf('/') + 1) ?? '';
  const fields = (schema.ofVersion && Object.hasOwn(schema.ofVersion, version) && schema.ofVersion[version]) || schema;
  let object = whole.get(fields);
  if (!object) whole.set(fields, (object = objectOf(schema, fields)));
  return object;
}

function objectOf(schema: KindSchema, { fields, required, rules, isOpen }: KindFields): ObjectSchema {
  if (schema.isWholeFile === true) return record(schema.help, fields, { required });
  const versions = [...schema.versions, ...(schema.experimentalVersions ?? [])].map((version) =>
    schema.group === 'core' ? version : `${schema.group}/${version}`,
  );
  const metadata = metadataSchema(schema.nameForm ?? 'subdomain');
  const scope = schema.isClusterScoped === true ? [hasNoNamespace(schema.kind)] : [];
  return record(
    schema.help,
    {
      apiVersion: choice('Group and version of the kind.', versions),
      kind: choice('What the object is.', [schema.kind]),
      metadata: { ...metadata, atLeastOne: [['name', 'generateName']], rules: [...(metadata.rules ?? []), ...scope] },
      ...fields,
      status: anything('Written by controllers.'),
    },
    {
      required: ['apiVersion', 'kind', 'metadata', ...required],
      ...(rules && { rules }),
      ...(isOpen === true && { isOpen }),
    },
  );
}
