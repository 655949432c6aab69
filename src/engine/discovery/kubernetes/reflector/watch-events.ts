import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import { refusalOfStatus, type Refusal } from './refusal.ts';
import { typeOf, type ReflectorTarget } from './target.ts';

export type WatchEvent =
  | { readonly type: 'put' | 'remove'; readonly object: MeshObject; readonly resourceVersion: string | undefined }
  /** Nothing changed up to here. `isInitialEnd`: the objects that were there when the watch began have all been sent. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string | undefined; readonly isInitialEnd: boolean }
  | { readonly type: 'error'; readonly refusal: Refusal };

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Reads a line of a watch; undefined for events of a type that is not known. Throws `KubeFailure` where it is not JSON. */
export function readWatchEvent(line: Buffer, target: ReflectorTarget): WatchEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new KubeFailure('protocol', 'The API server sent an event that is not JSON.', { cause });
  }
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
    case 'BOOKMARK': {
      const isInitialEnd = fieldOf(fieldOf(metadata, 'annotations'), initialEventsEnd) === 'true';
      return { type: 'bookmark', resourceVersion, isInitialEnd };
    }
    case 'ERROR':
      return { type: 'error', refusal: refusalOfStatus(raw) };
    default:
      return undefined;
  }
}

function changeEvent(
  type: 'put' | 'remove',
  raw: unknown,
  resourceVersion: string | undefined,
  target: ReflectorTarget,
): WatchEvent {
  const object = target.kind.decode(raw, typeOf(target));
  if (!object) throw new KubeFailure('protocol', 'The API server sent an event about an object without a name.');
  return { type, object, resourceVersion };
}
