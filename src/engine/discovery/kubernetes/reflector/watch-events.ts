import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { parseKept } from '../json/cut-json.ts';
import { notJson, skipSpace } from '../json/json-bytes.ts';
import { ChoiceOutline, FieldsOutline, ListOutline, type Outline } from '../json/outline.ts';
import type { WantedKind } from '../resources/wanted-kinds.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import { refusalOfStatus, type Refusal } from './refusal.ts';
import { typeOf, type ReflectorTarget } from './target.ts';

export type WatchEvent =
  | { readonly type: 'put' | 'remove'; readonly object: MeshObject; readonly resourceVersion: string | undefined }
  /** Nothing changed up to here. `isInitialEnd`: the objects that were there when the watch began have all been sent. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string | undefined; readonly isInitialEnd: boolean }
  | { readonly type: 'error'; readonly refusal: Refusal };

/** Reads what a watch was cut into. */
export interface ChangeReader {
  /**
   * Undefined for events of a type that is not known. Throws `KubeFailure` where it is not what it should be. `isInitial`:
   * the event is of the list that a watch began with, most of which will not change while anybody looks.
   */
  read(record: Buffer, isInitial?: boolean): WatchEvent | undefined;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/** What is read of an event: changes as the kind's decoder reads objects, all else whole. */
export function eventOutline({ representation, decode }: Pick<WantedKind, 'representation' | 'decode'>): Outline {
  const object =
    representation === 'table'
      ? new FieldsOutline({ metadata: 'whole', rows: new ListOutline(decode.reads) })
      : decode.reads;
  const change = new FieldsOutline({ type: 'whole', object });
  return new ChoiceOutline('type', { ADDED: change, MODIFIED: change, DELETED: change }, 'whole');
}

/**
 * Reads a line of a watch; undefined for events of a type that is not known. `outline` is that of the kind. Throws `KubeFailure` where it is not JSON.
 */
export function readWatchEvent(line: Buffer, target: ReflectorTarget, outline: Outline): WatchEvent | undefined {
  const { value, end } = parseKept(line, skipSpace(line, 0), outline);
  if (end < line.length && line.toString('utf8', end).trim() !== '') throw notJson();
  const raw = fieldOf(value, 'object');
  // In a table the object is the metadata of its only row.
  const row = target.kind.representation === 'table' ? listOf(fieldOf(raw, 'rows'))[0] : undefined;
  const metadata = fieldOf(row === undefined ? raw : fieldOf(row, 'object'), 'metadata');
  const resourceVersion =
    stringOf(fieldOf(metadata, 'resourceVersion')) ?? stringOf(fieldOf(fieldOf(raw, 'metadata'), 'resourceVersion'));
  switch (fieldOf(value, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      return changeEvent('put', row ?? raw, resourceVersion, target);
    case 'DELETED':
      return changeEvent('remove', row ?? raw, resourceVersion, target);
    case 'BOOKMARK':
      return bookmark(metadata, resourceVersion);
    case 'ERROR':
      return { type: 'error', refusal: refusalOfStatus(raw) };
    default:
      return undefined;
  }
}

export function bookmark(metadata: unknown, resourceVersion: string | undefined): WatchEvent {
  const isInitialEnd = fieldOf(fieldOf(metadata, 'annotations'), initialEventsEnd) === 'true';
  return { type: 'bookmark', resourceVersion, isInitialEnd };
}

export const namelessObject = (): KubeFailure =>
  new KubeFailure('protocol', 'The API server sent an event about an object without a name.');

function changeEvent(
  type: 'put' | 'remove',
  raw: unknown,
  resourceVersion: string | undefined,
  target: ReflectorTarget,
): WatchEvent {
  const object = target.kind.decode(raw, typeOf(target));
  if (!object) throw namelessObject();
  return { type, object, resourceVersion };
}
