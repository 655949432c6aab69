import type * as net from 'node:net';
import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { ActiveHealthCheck } from '../data-plane.ts';
import type { ProbeResult } from './active-checks.ts';

/** Opens the connection of a probe; for endpoints that take mutual TLS only. */
export type OpenProbeConnection = (endpoint: UpstreamEndpoint, signal: AbortSignal) => Promise<net.Socket>;

export function probeEndpoint(
  _check: ActiveHealthCheck,
  _endpoint: UpstreamEndpoint,
  _signal: AbortSignal,
  _open?: OpenProbeConnection,
): Promise<ProbeResult> {
  throw new Error('in work');
}
