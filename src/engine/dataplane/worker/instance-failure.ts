/**
 * How a sidecar tells another that its application is gone. In a pod, application and sidecar die together and the caller
 * sees a connection that is refused or breaks; on one machine the sidecar lives on, and without a word its 503 would look
 * like an answer of the application. The caller treats what is told here as the same failure of the connection.
 */
import type { ResponseHead } from '../http/message-head.ts';
import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { RequestOutcome } from '../balance/balancer-dependencies.ts';
import type { UpstreamFailure, UpstreamFailureKind } from './upstream-failure.ts';

const instanceFailureHeader = 'x-meshlens-instance-failure';

const told: ReadonlySet<UpstreamFailureKind> = new Set(['connection-failure', 'connection-termination']);

/** Headers of the reply that an inbound side gives for its application. */
export function tellInstanceFailure(failure: UpstreamFailure): readonly (readonly [string, string])[] {
  return told.has(failure.kind) ? [[instanceFailureHeader, failure.kind]] : [];
}

/** Takes the word out of a response; it counts only where the endpoint is a sidecar of ours. */
export function takeInstanceFailure(
  { headers }: ResponseHead,
  endpoint: UpstreamEndpoint,
): UpstreamFailure | undefined {
  const value = headers.get(instanceFailureHeader);
  if (value === undefined) return undefined;
  headers.remove(instanceFailureHeader);
  const kind = [...told].find((known) => known === value);
  return kind === undefined || endpoint.inboundTls === 'none' ? undefined : { kind, detail: 'the instance is gone' };
}

/** What the balancer books for it. */
export function outcomeOfInstanceFailure({ kind }: UpstreamFailure): RequestOutcome {
  return { type: kind === 'connection-failure' ? 'connect-failure' : 'reset' };
}
