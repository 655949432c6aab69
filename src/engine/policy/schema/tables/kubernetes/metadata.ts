import { isRecord } from '../../../../../shared/untrusted.ts';
import type { ObjectSchema, RuleProblem, SchemaRule } from '../../schema.ts';
import { anything, flag, integer, list, mapOf, record, text, textMap, texts } from '../../schema.ts';

/** What the API server demands of the name of a kind's objects. */
export type NameForm = 'subdomain' | 'label' | 'path-segment';

interface NameRule {
  readonly pattern: RegExp;
  readonly help: string;
  readonly maxLength: number;
}

const nameForms: Readonly<Record<NameForm, NameRule>> = {
  subdomain: {
    pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
    help: 'lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part',
    maxLength: 253,
  },
  label: {
    pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
    help: 'lower-case letters, digits and `-`, with a letter or digit at both ends',
    maxLength: 63,
  },
  'path-segment': {
    pattern: /^(?!\.{1,2}$)[^/%]*$/,
    help: 'without `/` and `%`, and neither `.` nor `..`',
    maxLength: Number.MAX_SAFE_INTEGER,
  },
};

const prefix = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedPart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Whether a key may be that of a label: `name` or `example.com/name`. */
function isQualifiedName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? parts[0] : undefined;
  if (parts.length > 2 || name.length > 63 || !qualifiedPart.test(name)) return false;
  return domain === undefined || (domain.length <= 253 && prefix.test(domain));
}

const qualifiedKeys =
  (fold: (key: string) => string): SchemaRule =>
  (value) =>
    Object.keys(isRecord(value) ? value : {})
      .filter((key) => !isQualifiedName(fold(key)))
      .map((key): RuleProblem => {
        const message =
          'A key must be a name of at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a domain and `/` may stand before it.';
        return { path: [key], part: 'key', message, kind: 'invalid-format' };
      });

const mostAnnotationBytes = 256 * 1024;

const annotationSize: SchemaRule = (value) => {
  let size = 0;
  for (const [key, each] of Object.entries(isRecord(value) ? value : {})) {
    size += Buffer.byteLength(key) + (typeof each === 'string' ? Buffer.byteLength(each) : 0);
  }
  if (size <= mostAnnotationBytes) return [];
  const message = 'Annotations may have at most 256 KiB together.';
  return [{ path: [], part: 'key', message, kind: 'out-of-range' }];
};

/** Labels of an object or of a pod template. */
export const labels = (help: string) =>
  mapOf(
    help,
    text('Value of the label.', {
      maxLength: 63,
      pattern: /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
      patternHelp: 'letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or empty',
    }),
    { rules: [qualifiedKeys((key) => key)] },
  );

export const annotations = (help: string) =>
  textMap(help, { rules: [qualifiedKeys((key) => key.toLowerCase()), annotationSize] });

/** `generateName` may end in `-`, which the server continues. */
const generatedName =
  ({ pattern, help }: NameRule): SchemaRule =>
  (value) => {
    const start = isRecord(value) && typeof value.generateName === 'string' ? value.generateName : '';
    const isTaken = isRecord(value) && typeof value.name === 'string' && value.name !== '';
    if (start === '' || isTaken || pattern.test(start.replace(/-$/, 'a'))) return [];
    return [
      { path: ['generateName'], part: 'value', message: `\`generateName\` must be ${help}.`, kind: 'invalid-format' },
    ];
  };

const owner = record(
  'An object this one belongs to.',
  {
    apiVersion: text('Group and version of the owner.'),
    kind: text('Kind of the owner.'),
    name: text('Name of the owner.'),
    uid: text('Unique id of the owner.'),
    controller: flag('Whether the owner is its controller.'),
    blockOwnerDeletion: flag('Whether the owner waits for it when it is deleted.'),
  },
  { required: ['apiVersion', 'kind', 'name', 'uid'] },
);

function metadata(form: NameForm): ObjectSchema {
  const name = nameForms[form];
  return record(
    'Name, namespace and labels.',
    {
      name: text('Name of the object, unique within its kind and namespace.', {
        pattern: name.pattern,
        patternHelp: name.help,
        maxLength: name.maxLength,
      }),
      generateName: text('Beginning of a name that the server completes.'),
      namespace: text('Namespace of the object.', {
        pattern: nameForms.label.pattern,
        patternHelp: nameForms.label.help,
        maxLength: nameForms.label.maxLength,
      }),
      labels: labels('Labels, by which selectors find the object.'),
      annotations: annotations('Notes for tools.'),
      creationTimestamp: text('Set by the server.', { nullable: true }),
      deletionGracePeriodSeconds: integer('Set by the server.'),
      deletionTimestamp: text('Set by the server.', { nullable: true }),
      finalizers: texts('What must happen before the object is gone.'),
      generation: integer('Set by the server.'),
      managedFields: list('Set by the server.', anything('Set by the server.')),
      ownerReferences: list('Objects this one belongs to.', owner),
      resourceVersion: text('Set by the server.'),
      selfLink: text('Set by the server.'),
      uid: text('Set by the server.'),
    },
    { rules: [generatedName(name)] },
  );
}

const byForm = new Map<NameForm, ObjectSchema>();

/** `metadata` of an object whose name has the form, as files may write it. */
export function metadataSchema(form: NameForm): ObjectSchema {
  let schema = byForm.get(form);
  if (!schema) byForm.set(form, (schema = metadata(form)));
  return schema;
}
