import { fieldOf, isRecord, listOf, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';

/** One document of a text, read as Kubernetes reads YAML. */
export interface ReadDocument {
  readonly value: unknown;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** An object that somebody wants to be in a cluster. */
export interface DesiredObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where the document names none. */
  readonly namespace: string;
  readonly name: string;
  readonly value: UntrustedRecord;
  /** Why it cannot be asked for. */
  readonly problem?: string;
}

/** A cluster is changed by what a person can look through. */
const maximumObjects = 500;

/** The text holds nothing that can be applied; the message is for people. */
export class NothingToApply extends Error {
  override readonly name = 'NothingToApply';
}

/** The objects of the documents, those of lists one by one. @throws {NothingToApply} */
export function desiredObjects(documents: readonly ReadDocument[]): readonly DesiredObject[] {
  const found = documents.flatMap(({ value, problem }) => {
    if (problem !== undefined) throw new NothingToApply(`The text cannot be read: ${problem}`);
    return objectsIn(value);
  });
  if (found.length === 0)
    throw new NothingToApply('There is no Kubernetes object in the text: an object has apiVersion, kind and a name.');
  if (found.length > maximumObjects)
    throw new NothingToApply(`The text holds ${found.length} objects; at most ${maximumObjects} are applied at once.`);
  return found;
}

function objectsIn(value: unknown): readonly DesiredObject[] {
  if (!isRecord(value)) return [];
  const kind = stringOf(fieldOf(value, 'kind'));
  const apiVersion = stringOf(fieldOf(value, 'apiVersion'));
  if (kind === undefined || apiVersion === undefined) return [];
  if (kind.endsWith('List') && Array.isArray(value['items'])) return listOf(value['items']).flatMap(objectsIn);
  const metadata = fieldOf(value, 'metadata');
  const name = stringOf(fieldOf(metadata, 'name')) ?? '';
  const problem = apiVersion.startsWith('meshlens.dev/')
    ? `${kind} is for the local mesh; a cluster does not know it.`
    : name === ''
      ? 'It has no metadata.name, by which a server could know it.'
      : undefined;
  return [
    {
      apiVersion,
      kind,
      namespace: stringOf(fieldOf(metadata, 'namespace')) ?? '',
      name,
      value,
      ...(problem === undefined ? {} : { problem }),
    },
  ];
}
