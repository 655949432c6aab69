/** What is to become of a request, as the side it came in on decided. */
import type { HeaderList } from '../http/header-list.ts';
import type { RequestHead } from '../http/message-head.ts';
import type { ServerConnection } from '../http/server-connection.ts';
import type {
  CompiledDestination,
  CompiledMirror,
  CompiledRetry,
  CompiledRule,
} from '../../policy/semantics/routing/compiled.ts';
import type { PeerLabels } from './peer-metadata.ts';
import type { ServiceLabels } from './request-series.ts';
import type { ResponseFlag } from './response-flags.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

interface BasePlan {
  readonly generation: number;
  readonly service: ServiceLabels;
  /** Faults and header operations of the route; absent where no route was involved. */
  readonly rule?: CompiledRule;
  /** The request as matched: `reviews.bookinfo.svc.cluster.local:9080/*`. Names the span. */
  readonly operation: string;
}

export interface ForwardPlan extends BasePlan {
  readonly kind: 'forward';
  /** Undefined: the route names one that does not exist. */
  readonly upstream: UpstreamRuntime | undefined;
  readonly upstreamName: string;
  readonly destination?: CompiledDestination;
  /** With query. */
  readonly path: string;
  readonly authority: string;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly retry: CompiledRetry;
  readonly mirrors: readonly CompiledMirror[];
  /** The path before a rewrite. */
  readonly originalPath?: string | undefined;
}

export interface ReplyPlan extends BasePlan {
  readonly kind: 'reply';
  readonly status: number;
  readonly flag?: ResponseFlag;
  readonly body: string;
  readonly location?: string;
}

export type RequestPlan = ForwardPlan | ReplyPlan;

/** What a side learns of a request before it is routed. */
export interface Admission {
  /** Inbound: who sent it. */
  readonly source?: PeerLabels;
  /** Inbound: it came from a sidecar of ours. */
  readonly isFromSidecar?: boolean;
  /** `x-envoy-*` headers that may change retries and timeouts: those of the own application only. */
  readonly overrides?: HeaderList;
}

export const nothingLearnt: Admission = {};

/** The inbound or the outbound half of a proxy, as an exchange sees it. */
export interface ExchangeSide {
  readonly direction: 'inbound' | 'outbound';
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  /** Changes the headers of a request that comes in, and says what was learnt. */
  admit(head: RequestHead, connection: ServerConnection): Admission;
  plan(head: RequestHead, connection: ServerConnection): RequestPlan | Promise<RequestPlan>;
  /** Upstream by id, for mirrors. */
  upstream(id: string): UpstreamRuntime | undefined;
  /** Value of the peer header for endpoints behind a sidecar of ours; undefined: none is sent. */
  readonly peerHeaderValue: string | undefined;
  /** A person's shell reads the answers: Envoy's words for an error get the newline that Envoy leaves out. */
  readonly endsLines?: boolean;
}
