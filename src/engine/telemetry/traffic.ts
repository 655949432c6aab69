/** Traffic of a time window as plain records: what the topology is built from, whoever measured it. */
import type { RequestLabels, WaitingRequests } from '../dataplane/report.ts';
import type { Histogram } from './histogram.ts';
import type { TcpLabels } from './request-labels.ts';

/** Requests of one label set and one config generation in a window. */
export interface TrafficRecord {
  readonly labels: RequestLabels;
  /** Generation of the config that routed them; 0 where it is not known. */
  readonly generation: number;
  /** Requests per second. */
  readonly rate: number;
  /** 0: nothing in the window, but known from before. */
  readonly count: number;
  /** Milliseconds. */
  readonly duration: Histogram;
  /** Requests by instance that served them; empty where it is not known. */
  readonly instances: Readonly<Record<string, number>>;
}

/** TCP traffic of one label set in a window. Bytes are named from the server's side, as Istio does. */
export interface TcpTrafficRecord {
  readonly labels: TcpLabels;
  readonly opened: number;
  readonly closed: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Bytes per second, both directions. */
  readonly rate: number;
}

/** Everything that flowed in the seconds up to `until`. */
export interface TrafficWindow {
  /** Epoch milliseconds of the end. */
  readonly until: number;
  /** Seconds the rates are taken over: the asked ones, or fewer where measuring began later. 0: nothing measured yet. */
  readonly seconds: number;
  readonly requests: readonly TrafficRecord[];
  readonly tcp: readonly TcpTrafficRecord[];
  /** Requests that were not answered yet at the end of the window, where that is known. */
  readonly waiting?: readonly WaitingRequests[];
}

/** Whoever can say what flowed: our own store, later a Prometheus. */
export interface TrafficSource {
  /** The last `seconds`. Label sets that were busy within `idleSeconds` before are given with a count of 0. */
  traffic(seconds: number, idleSeconds?: number): TrafficWindow;
  /** The last `seconds` as consecutive windows of `step` seconds, oldest first; `seconds` 0 where nothing was measured. */
  slices(seconds: number, step: number): readonly TrafficWindow[];
  /** What is missing or doubtful, in words. */
  warnings(): readonly string[];
}
