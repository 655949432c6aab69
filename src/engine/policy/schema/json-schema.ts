/** The tables as JSON Schema (draft-07), for editors' own YAML support. */
import type { KindSchema } from './kind-schema.ts';
import { objectSchemaOf } from './object-schema.ts';
import type { ObjectSchema, Schema } from './schema.ts';
import type { StructureProblemKind } from './structure-problem.ts';

/** What a validator of JSON Schema says of documents as well. All else of their structure only we know. */
export const problemsOfJsonSchema: readonly StructureProblemKind[] = [
  'unknown-field',
  'wrong-type',
  'missing-field',
  'unknown-value',
  'out-of-range',
  'empty-field',
];

export type JsonSchema = Readonly<Record<string, unknown>>;

/** One schema for documents of any kind: a document is held to the table of its kind; of other kinds nothing is said. */
export function jsonSchemaOf(kinds: readonly KindSchema[]): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Mesh and Kubernetes objects',
    allOf: kinds
      .filter(({ hasOwnReader, isWholeFile }) => hasOwnReader !== true && isWholeFile !== true)
      .flatMap((kind) =>
        kind.versions.map((version) => {
          const apiVersion = kind.group === 'core' ? version : `${kind.group}/${version}`;
          return {
            if: {
              required: ['apiVersion', 'kind'],
              properties: { apiVersion: { const: apiVersion }, kind: { const: kind.kind } },
            },
            then: convert(objectSchemaOf(kind, apiVersion)),
          };
        }),
      ),
  };
}

const converted = new WeakMap<Schema, JsonSchema>();

function convert(schema: Schema): JsonSchema {
  let json = converted.get(schema);
  if (!json) {
    const { help, deprecated, nullable } = schema;
    const types = typesOf(schema);
    const own = limitsOf(schema);
    json = {
      ...(help !== '' && { description: deprecated === undefined ? help : `${help} Deprecated: use ${deprecated}.` }),
      ...(schema.default !== undefined && { default: schema.default }),
      ...(types && { type: nullable === true ? [...types, 'null'] : types.length === 1 ? types[0] : types }),
      ...own,
    };
    converted.set(schema, json);
  }
  return json;
}

function typesOf(schema: Schema): readonly string[] | undefined {
  switch (schema.type) {
    case 'any':
      return undefined;
    case 'map':
      return ['object'];
    case 'int-or-string':
      return ['integer', 'string'];
    default:
      return [schema.type];
  }
}

/** What is beyond the type. Patterns stay here: theirs are RE2's, and other readers' regular expressions can be hung. */
function limitsOf(schema: Schema): JsonSchema {
  switch (schema.type) {
    case 'string': {
      const { values, minLength, maxLength } = schema;
      return present({ enum: values, minLength, maxLength });
    }
    case 'integer':
    case 'number': {
      const { minimum, maximum } = schema;
      return present({ minimum, maximum });
    }
    case 'array': {
      const { minItems, maxItems, items } = schema;
      return present({ items: convert(items), minItems, maxItems });
    }
    case 'map': {
      const { minEntries, maxEntries, values } = schema;
      return present({ additionalProperties: convert(values), minProperties: minEntries, maxProperties: maxEntries });
    }
    case 'object':
      return fieldsOf(schema);
    default:
      return {};
  }
}

/** Labels and annotations are often left empty, which the API server takes for absent, and nobody minds. */
function metadataOf(schema: Schema): JsonSchema {
  if (schema.type !== 'object') return convert(schema);
  const { labels, annotations } = schema.fields;
  const fields = {
    ...schema.fields,
    ...(labels && { labels: { ...labels, nullable: true } }),
    ...(annotations && { annotations: { ...annotations, nullable: true } }),
  };
  return convert({ ...schema, fields });
}

function fieldsOf({ fields, required, isOpen, atLeastOne = [], exactlyOne = [] }: ObjectSchema): JsonSchema {
  // That only one may be set stays here: validators name neither the one nor the other.
  const groups = [...atLeastOne, ...exactlyOne].map((group) => ({ anyOf: group.map((key) => ({ required: [key] })) }));
  return {
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, name === 'metadata' ? metadataOf(field) : convert(field)]),
    ),
    ...(required.length > 0 && { required }),
    ...(groups.length > 0 && { allOf: groups }),
    ...(isOpen !== true && { additionalProperties: false }),
  };
}

function present(facts: Readonly<Record<string, unknown>>): JsonSchema {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
