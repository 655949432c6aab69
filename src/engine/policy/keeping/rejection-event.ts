import type { MeshEvent } from '../../../shared/mesh-event.ts';
import { sentence } from '../../../shared/sentence.ts';
import type { Rejection } from './policy-keeper.ts';

/** What people are told where a newer text does not run. */
export function rejectionMessage({ message, source }: Rejection): string {
  const { kind, name } = source.resource;
  return `${kind} ${name} was not applied: ${sentence(message)} The last good configuration keeps running.`;
}

export function rejectionEvent(rejection: Rejection): Omit<MeshEvent, 'id' | 'time'> {
  const { source } = rejection;
  return {
    kind: 'config-rejected',
    severity: 'error',
    namespace: source.resource.namespace,
    message: rejectionMessage(rejection),
    source,
  };
}
