import type { TcpLabels } from '../request-labels.ts';
import { tcpKey } from '../request-labels.ts';
import type { TcpTrafficRecord, TrafficRecord, TrafficWindow } from '../traffic.ts';
import { emptyHistogram, histogramsOf, hopKey } from './bucket-histograms.ts';
import type { InstantSample } from './prometheus-api.ts';
import type { ReadSample } from './sample-labels.ts';
import { readSample } from './sample-labels.ts';
import type { TrafficQueryName } from './traffic-queries.ts';

/** What the six queries gave: rates per second. */
export type TrafficAnswers = Readonly<Record<TrafficQueryName, readonly InstantSample[]>>;

export const noAnswers: TrafficAnswers = {
  requests: [],
  durations: [],
  sent: [],
  received: [],
  opened: [],
  closed: [],
};

export interface SampleReading {
  /** Seconds the rates were taken over. */
  readonly seconds: number;
  /** Epoch milliseconds. */
  readonly until: number;
  /** The name this product has for a cluster that Istio names. */
  readonly clusterOf: (id: string) => string;
  /** Waypoints as `namespace/name`: metrics do not tell them from other workloads. */
  readonly waypoints: ReadonlySet<string>;
}

export interface ReadTraffic {
  readonly traffic: TrafficWindow;
  /** Samples that could not be used, because labels of Istio are missing. */
  readonly unlabelled: number;
}

interface Reading extends ReadSample {
  readonly hop: string;
}

/** Records of what the samples say: counts are the rates times the window. */
export function trafficFromSamples(answers: TrafficAnswers, reading: SampleReading): ReadTraffic {
  let unlabelled = 0;
  const read = (samples: readonly InstantSample[]): Reading[] =>
    samples.flatMap((sample) => {
      const known = readSample(sample, reading.clusterOf);
      if (known === 'labels-missing') unlabelled++;
      return typeof known === 'string' ? [] : [{ ...known, hop: hopKey(sample.labels) }];
    });
  const requests = withoutDoubleWaypoints(
    read(answers.requests).filter(
      ({ labels }) => labels.request_protocol !== 'tcp' && labels.response_code !== 'unknown',
    ),
  );
  const bytes = {
    sent: read(answers.sent),
    received: read(answers.received),
    opened: read(answers.opened),
    closed: read(answers.closed),
  };
  const otherProxies = [...requests, ...bytes.sent, ...bytes.received, ...bytes.opened];
  const isShown = ztunnelFilter(otherProxies, reading.waypoints);
  const { seconds, until } = reading;
  return {
    traffic: {
      until,
      seconds,
      requests: requestRecords(requests, histogramsOf(answers.durations, seconds), seconds),
      tcp: tcpRecords(bytes, isShown, seconds),
    },
    unlabelled,
  };
}

function requestRecords(
  samples: readonly Reading[],
  { bounds, byHop }: ReturnType<typeof histogramsOf>,
  seconds: number,
): TrafficRecord[] {
  // The histogram of a hop is that of its destination where it reports; one of its records carries it for all.
  const carriers = new Map<string, Reading>();
  for (const sample of samples) {
    const carrier = carriers.get(sample.hop);
    if (!carrier || (carrier.reporter === 'source' && sample.reporter !== 'source')) carriers.set(sample.hop, sample);
  }
  const empty = emptyHistogram(bounds);
  return samples.map((sample) => ({
    labels: sample.labels,
    generation: 0,
    rate: sample.value,
    count: sample.value * seconds,
    duration: (carriers.get(sample.hop) === sample ? byHop.get(sample.hop) : undefined) ?? empty,
    instances: {},
  }));
}

function tcpRecords(
  answers: Readonly<Record<'sent' | 'received' | 'opened' | 'closed', readonly Reading[]>>,
  isShown: (sample: Reading) => boolean,
  seconds: number,
): TcpTrafficRecord[] {
  const records = new Map<
    string,
    { labels: TcpLabels; sent: number; received: number; opened: number; closed: number }
  >();
  for (const name of ['sent', 'received', 'opened', 'closed'] as const) {
    for (const sample of withoutDoubleWaypoints(answers[name])) {
      if (!isShown(sample)) continue;
      const key = tcpKey(sample.labels);
      let record = records.get(key);
      if (!record) {
        record = { labels: sample.labels, sent: 0, received: 0, opened: 0, closed: 0 };
        records.set(key, record);
      }
      record[name] += sample.value;
    }
  }
  return [...records.values()].map(({ labels, sent, received, opened, closed }) => ({
    labels,
    sentBytes: sent * seconds,
    receivedBytes: received * seconds,
    opened: opened * seconds,
    closed: closed * seconds,
    rate: sent + received,
  }));
}

const workloadOf = ({ labels }: ReadSample, side: 'source' | 'destination'): string =>
  `${labels[`${side}_workload_namespace`]}/${labels[`${side}_workload`]}`;

const pairOf = (sample: ReadSample): string => `${workloadOf(sample, 'source')}>${workloadOf(sample, 'destination')}`;

/** A waypoint and the proxy behind it report the same request; the proxy of the called one counts where it has one. */
function withoutDoubleWaypoints(samples: readonly Reading[]): readonly Reading[] {
  const behind = samples.filter(({ reporter, isZtunnel }) => reporter === 'destination' && !isZtunnel);
  const reported = new Set(behind.map(pairOf));
  return samples.filter((sample) => sample.reporter !== 'waypoint' || !reported.has(pairOf(sample)));
}

/**
 * ztunnels count the bytes of every connection of a node. Where another proxy reports the same two workloads, it says more,
 * and both together would count twice; so do the two halves of a way through a waypoint, which tells the whole way itself.
 */
function ztunnelFilter(samples: readonly Reading[], waypoints: ReadonlySet<string>): (sample: Reading) => boolean {
  const byOthers = samples.filter(({ isZtunnel }) => !isZtunnel);
  const pairs = new Set(byOthers.map(pairOf));
  const waypointsReport = byOthers.some(({ reporter }) => reporter === 'waypoint');
  return (sample) => {
    if (!sample.isZtunnel) return true;
    if (pairs.has(pairOf(sample))) return false;
    const touches = waypoints.has(workloadOf(sample, 'source')) || waypoints.has(workloadOf(sample, 'destination'));
    return !(touches && waypointsReport);
  };
}
