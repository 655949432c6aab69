import { anything, integer, list, record, text, textMap, texts } from '../../schema.ts';

/** `metadata` of any object, as files may write it. */
export const metadataSchema = record('Name, namespace and labels.', {
  name: text('Name of the object, unique within its kind and namespace.', {
    pattern: /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/,
    patternHelp: 'lower-case letters, digits, `-` and `.`, with a letter or digit at both ends',
    maxLength: 253,
  }),
  generateName: text('Beginning of a name that the server completes.'),
  namespace: text('Namespace of the object.', {
    refersTo: 'namespace',
    pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
    patternHelp: 'lower-case letters, digits and `-`, with a letter or digit at both ends',
    maxLength: 63,
  }),
  labels: textMap('Labels, by which selectors find the object.'),
  annotations: textMap('Notes for tools.'),
  creationTimestamp: { ...text('Set by the server.'), nullable: true },
  deletionGracePeriodSeconds: integer('Set by the server.'),
  deletionTimestamp: { ...text('Set by the server.'), nullable: true },
  finalizers: texts('What must happen before the object is gone.'),
  generation: integer('Set by the server.'),
  managedFields: list('Set by the server.', anything('Set by the server.')),
  ownerReferences: list('Objects this one belongs to.', anything('One owner.')),
  resourceVersion: text('Set by the server.'),
  selfLink: text('Set by the server.'),
  uid: text('Set by the server.'),
});
