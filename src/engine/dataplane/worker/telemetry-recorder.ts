import type { Span } from '../../../shared/traces.ts';
import type { ProxyIdentity } from '../data-plane.ts';
import type {
  AccessLogEntry,
  DataPlaneReport,
  EndpointEvent,
  TcpDelta,
  UpstreamDemand,
  WaitingRequests,
} from '../report.ts';
import { hopLabels, RequestCounters, type FinishedRequest, type HopLabels } from './request-series.ts';
import type { TraceBudget } from './trace-budget.ts';
import { countWaiting, WaitingList, type WaitingRequest } from './waiting-requests.ts';

/** A TCP connection being relayed; byte counts grow while it is open. */
export interface RelayCount {
  readonly labels: HopLabels;
  /** Client to server. */
  received: number;
  /** Server to client. */
  sent: number;
}

interface OpenRelay {
  readonly count: RelayCount;
  reportedReceived: number;
  reportedSent: number;
  opened: boolean;
}

/** Where news go that cannot wait for the next report. */
export interface UrgentNews {
  endpoint(event: EndpointEvent): void;
  demand(demand: UpstreamDemand): void;
  /** One more hop has its span and its line: many together are told before the report. */
  traced(): void;
}

/** Collects what one proxy observes until the next report. */
export class TelemetryRecorder {
  readonly identity: ProxyIdentity;
  readonly budget: TraceBudget;
  readonly #requests: RequestCounters;
  readonly #urgent: UrgentNews;
  readonly #waiting = new WaitingList();
  readonly #relays = new Map<RelayCount, OpenRelay>();
  #closedRelays: OpenRelay[] = [];
  #spans: Span[] = [];
  #access: AccessLogEntry[] = [];

  constructor(identity: ProxyIdentity, budget: TraceBudget, urgent: UrgentNews) {
    this.identity = identity;
    this.budget = budget;
    this.#requests = new RequestCounters(identity);
    this.#urgent = urgent;
  }

  /** A request was sent on; `answered` must follow. */
  sent(request: WaitingRequest): void {
    this.#waiting.add(request);
  }

  /** It waits no more, whatever became of it. */
  answered(request: WaitingRequest): void {
    this.#waiting.remove(request);
  }

  /** What it waits for now. */
  waiting(): WaitingRequests[] {
    return countWaiting(this.identity, this.#waiting);
  }

  request(request: FinishedRequest): void {
    this.#requests.add(request);
  }

  span(span: Span): void {
    this.#spans.push(span);
  }

  access(entry: AccessLogEntry): void {
    this.#access.push(entry);
    this.#urgent.traced();
  }

  endpoint(event: EndpointEvent): void {
    this.#urgent.endpoint(event);
  }

  /** Requests wait for the endpoints of this upstream. */
  demand(upstream: string): void {
    this.#urgent.demand({ instance: this.identity.instance, upstream });
  }

  relayOpened(count: RelayCount): void {
    this.#relays.set(count, { count, reportedReceived: 0, reportedSent: 0, opened: false });
  }

  relayClosed(count: RelayCount): void {
    const relay = this.#relays.get(count);
    if (relay === undefined) return;
    this.#relays.delete(count);
    this.#closedRelays.push(relay);
  }

  /** Takes everything recorded since the last call. */
  take(): Pick<DataPlaneReport, 'requests' | 'tcp' | 'spans' | 'access'> {
    return { requests: this.#requests.take(), tcp: this.#takeTcp(), ...this.takeTraces() };
  }

  /** Takes only what was recorded of single hops. */
  takeTraces(): Pick<DataPlaneReport, 'spans' | 'access'> {
    const result = { spans: this.#spans, access: this.#access };
    this.#spans = [];
    this.#access = [];
    return result;
  }

  #takeTcp(): TcpDelta[] {
    const deltas = new Map<string, { -readonly [K in keyof TcpDelta]: TcpDelta[K] }>();
    const add = (relay: OpenRelay, closed: number): void => {
      const { count } = relay;
      const received = count.received - relay.reportedReceived;
      const sent = count.sent - relay.reportedSent;
      const opened = relay.opened ? 0 : 1;
      if (opened + closed + received + sent === 0) return;
      const labels = hopLabels(this.identity, count.labels);
      const key = JSON.stringify(labels);
      let delta = deltas.get(key);
      if (delta === undefined) {
        delta = { labels, opened: 0, closed: 0, sentBytes: 0, receivedBytes: 0 };
        deltas.set(key, delta);
      }
      delta.opened += opened;
      delta.closed += closed;
      delta.sentBytes += sent;
      delta.receivedBytes += received;
      relay.opened = true;
      relay.reportedReceived = count.received;
      relay.reportedSent = count.sent;
    };
    for (const relay of this.#closedRelays) add(relay, 1);
    this.#closedRelays = [];
    for (const relay of this.#relays.values()) add(relay, 0);
    return [...deltas.values()];
  }
}
