import type { RequestHead } from '../http/message-head.ts';
import type { ConnectionPeer, ServerConnection } from '../http/server-connection.ts';
import type { InboundListener, ProxyIdentity } from '../data-plane.ts';
import { normalizePath, splitPath } from '../../policy/semantics/routing/request-path.ts';
import { inboundRetry } from './application-upstream.ts';
import { takeSteeringHeaders } from './internal-headers.ts';
import { peerHeader, peerOf } from './peer-metadata.ts';
import type { Admission, ExchangeSide, RequestPlan } from './request-plan.ts';
import type { ServiceLabels } from './request-series.ts';
import { requestTarget } from './request-target.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

const clientCertificate = 'x-forwarded-client-cert';

export interface InboundContext {
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  generation(): number;
}

/** Requests that arrive for the application of a workload. */
export class InboundSide implements ExchangeSide {
  readonly direction = 'inbound';
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  readonly peerHeaderValue = undefined;
  readonly #context: InboundContext;
  readonly #application: UpstreamRuntime;
  readonly #service: ServiceLabels;
  readonly #authority: string;
  readonly #operation: string;

  constructor(context: InboundContext, listener: InboundListener, application: UpstreamRuntime) {
    this.#context = context;
    this.#application = application;
    this.runtime = context.runtime;
    this.recorder = context.recorder;
    const { host, name, namespace, port } = listener.service;
    this.#service = { host, name, namespace };
    this.#authority = `${host}:${port}`;
    this.#operation = `${host}:${port}/*`;
  }

  upstream(): undefined {
    return undefined;
  }

  admit(head: RequestHead, connection: ServerConnection): Admission {
    const { headers } = head;
    takeSteeringHeaders(headers);
    const claimed = headers.get(peerHeader);
    if (claimed !== undefined) headers.remove(peerHeader);
    headers.remove(clientCertificate);
    const certificate = forwardedClientCertificate(this.recorder.identity, connection.peer);
    if (certificate !== undefined) headers.append(clientCertificate, certificate);
    return { source: peerOf(claimed, connection.peer), isFromSidecar: claimed !== undefined };
  }

  plan(head: RequestHead): RequestPlan {
    const target = requestTarget(head);
    const base = { generation: this.#context.generation(), service: this.#service, operation: this.#operation };
    if (target === undefined) return { kind: 'reply', ...base, status: 404, flag: 'NR', body: '' };
    const { path, query } = splitPath(target.path);
    return {
      kind: 'forward',
      ...base,
      upstream: this.#application,
      upstreamName: this.#application.upstream.id,
      path: normalizePath(path) + query,
      authority: target.authority === '' ? this.#authority : target.authority,
      timeoutMs: 0,
      retry: inboundRetry,
      mirrors: [],
    };
  }
}

/** Envoy's `x-forwarded-client-cert` (SANITIZE_SET): only what this connection proved. */
function forwardedClientCertificate(self: ProxyIdentity, peer: ConnectionPeer): string | undefined {
  if (!peer.secure || peer.principal === undefined) return undefined;
  const hash = peer.certificateHash === undefined ? '' : `Hash=${peer.certificateHash};`;
  return `By=${self.principal};${hash}Subject="";URI=${peer.principal}`;
}
