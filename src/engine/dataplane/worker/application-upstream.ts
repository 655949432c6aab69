/** Upstreams that no route declares: the own application behind an inbound listener, and hosts that are passed through. */
import type { CompiledRetry, Upstream } from '../../policy/semantics/routing/compiled.ts';

const unlimited = 2 ** 32 - 1;

/** Istio's inbound retry, so that the application may close idle connections whenever it likes. */
export const inboundRetry: CompiledRetry = {
  attempts: 2,
  retryOn: ['reset-before-request'],
  retriableStatusCodes: [],
  backoffMs: 25,
  avoidPreviousHosts: false,
};

/** Istio's default for hosts the mesh does not know. */
export const passthroughRetry: CompiledRetry = {
  attempts: 2,
  retryOn: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'],
  retriableStatusCodes: [],
  backoffMs: 25,
  avoidPreviousHosts: false,
};

/** A plaintext upstream of one address, without limits, as Istio's inbound and passthrough clusters are. */
export function singleAddressUpstream(
  id: string,
  name: { readonly host: string; readonly service: string; readonly namespace: string; readonly port: number },
  target: { readonly id: string; readonly address: string; readonly port: number },
): Upstream {
  return {
    id,
    host: name.host,
    namespace: name.namespace,
    service: name.service,
    port: name.port,
    protocol: 'http',
    loadBalancer: { type: 'passthrough' },
    pool: {
      maxConnections: unlimited,
      connectTimeoutMs: 10_000,
      maxPendingRequests: unlimited,
      maxRequests: unlimited,
      maxRequestsPerConnection: 0,
      maxRetries: unlimited,
      idleTimeoutMs: 0,
    },
    tls: { mode: 'none' },
    endpoints: [
      {
        id: target.id,
        address: target.address,
        port: target.port,
        weight: 1,
        health: 'healthy',
        workload: '',
        namespace: '',
        app: '',
        version: '',
        labels: {},
        principal: '',
        inboundTls: 'none',
      },
    ],
  };
}
