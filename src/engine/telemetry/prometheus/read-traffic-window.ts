import type { TrafficWindow } from '../traffic.ts';
import type { InstantAnswer, PrometheusApi } from './prometheus-api.ts';
import { PrometheusFailure } from './prometheus-failure.ts';
import { whyNoRequests } from './sample-counts.ts';
import { noAnswers, trafficFromSamples, type TrafficAnswers } from './traffic-from-samples.ts';
import { namespaceSelection, rateQuery, sampleCountQuery, type TrafficQueryName } from './traffic-queries.ts';

export interface WindowQuestion {
  readonly seconds: number;
  readonly namespaces: readonly string[];
  readonly cluster: string;
  readonly clusterIds: readonly string[];
  readonly waypoints: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface TrafficAnswer {
  readonly traffic: TrafficWindow;
  /** Seconds of the server's clock when it evaluated. */
  readonly serverTime: number | undefined;
  /** What is missing or doubtful, in words. */
  readonly notes: readonly string[];
}

/**
 * One round of queries, at most six: requests and TCP bytes at the same time, then what belongs to those that are there,
 * at the same moment of the server's clock. Rejects where the requests cannot be had; what else is missing is a note.
 */
export async function readTrafficWindow(api: PrometheusApi, question: WindowQuestion): Promise<TrafficAnswer> {
  const { seconds, signal, now } = question;
  const selection = namespaceSelection(question.namespaces);
  const notes = new Set<string>();
  const ask = async (name: TrafficQueryName, time?: number): Promise<InstantAnswer> => {
    const answer = await api.query(rateQuery(name, selection, seconds), time, { signal });
    for (const note of answer.notes) notes.add(`Prometheus says: ${note}`);
    return answer;
  };
  const none: InstantAnswer = { time: undefined, samples: [], notes: [] };
  const optional = async (what: string, answer: Promise<InstantAnswer>): Promise<InstantAnswer> => {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof PrometheusFailure) || error.reason === 'aborted') throw error;
      notes.add(`${what} missing. ${error.message}`);
      return none;
    }
  };
  const [requests, sent, received] = await Promise.all([
    ask('requests'),
    optional('Bytes of TCP connections are', ask('sent')),
    optional('Bytes of TCP connections are', ask('received')),
  ]);
  const time = requests.time ?? sent.time ?? received.time;
  const hasTcp = sent.samples.length + received.samples.length > 0;
  const [durations, opened, closed] = await Promise.all([
    requests.samples.length > 0 ? optional('Latencies are', ask('durations', time)) : none,
    hasTcp ? optional('Counts of TCP connections are', ask('opened', time)) : none,
    hasTcp ? optional('Counts of TCP connections are', ask('closed', time)) : none,
  ]);
  if (requests.samples.length === 0 && !hasTcp) {
    const counts = await optional(
      'The reason why there is no traffic is',
      api.query(sampleCountQuery(seconds), undefined, { signal }),
    );
    const why = whyNoRequests(counts.samples, seconds, api.shown);
    if (why !== undefined && counts !== none) notes.add(why);
  }
  const answers: TrafficAnswers = {
    ...noAnswers,
    requests: requests.samples,
    durations: durations.samples,
    sent: sent.samples,
    received: received.samples,
    opened: opened.samples,
    closed: closed.samples,
  };
  const { traffic, unlabelled } = trafficFromSamples(answers, {
    seconds,
    until: now(),
    clusterOf: clusterNames(answers, question),
    waypoints: question.waypoints,
  });
  if (unlabelled > 0) {
    notes.add(
      `${unlabelled} series of Istio's metrics are not shown: labels that tell who called whom were dropped. Keep Istio's standard labels in the scrape configuration and in Telemetry resources.`,
    );
  }
  return { traffic, serverTime: time, notes: [...notes] };
}

/**
 * Istio names clusters by an id of its own, `Kubernetes` unless an installation says otherwise. Ids that stand for this
 * cluster get its name; others keep theirs.
 */
export function clusterNames(
  answers: Pick<TrafficAnswers, 'requests' | 'sent' | 'received'>,
  { cluster, clusterIds }: Pick<WindowQuestion, 'cluster' | 'clusterIds'>,
): (id: string) => string {
  if (clusterIds.length > 0) return (id) => (id === 'unknown' || clusterIds.includes(id) ? cluster : id);
  const ids = new Set<string>();
  for (const { labels } of [...answers.requests, ...answers.sent, ...answers.received]) {
    for (const name of ['source_cluster', 'destination_cluster']) {
      const id = labels[name];
      if (id !== undefined && id !== '' && id !== 'unknown') ids.add(id);
    }
  }
  const [only] = ids;
  return (id) => (id === 'unknown' || id === 'Kubernetes' || (ids.size === 1 && id === only) ? cluster : id);
}
