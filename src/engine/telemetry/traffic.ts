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

/** One end of what a chart is about, by the names a node of the graph has. */
export interface SliceEnd {
  /** Empty: callers without a name. */
  readonly namespace: string;
  readonly workload?: string;
  readonly app?: string;
  readonly service?: string;
}

/** What a chart is about: the calls of one end, to another, or of one to the other. A hint that spares a source work. */
export interface SliceScope {
  readonly source?: SliceEnd;
  readonly target?: SliceEnd;
}

/** Whoever can say what flowed: our own store, a Prometheus, or several of them together. */
export interface TrafficSource {
  /** The last `seconds`. Label sets that were busy within `idleSeconds` before are given with a count of 0. */
  traffic(seconds: number, idleSeconds?: number): TrafficWindow;
  /** The last `seconds` as consecutive windows of `step` seconds, oldest first; `seconds` 0 where nothing was measured. */
  slices(seconds: number, step: number, scope?: SliceScope): readonly TrafficWindow[];
  /** Somebody goes on reading this window: a source that must ask asks when it is due, though nobody reads it now. */
  want?(seconds: number): void;
  /** Of a source that must ask somebody: gets what `slices` with the same arguments then gives. Never rejects. */
  prepareSlices?(seconds: number, step: number, scope?: SliceScope): Promise<void>;
  /** What is missing or doubtful, in words. */
  warnings(): readonly string[];
}
