/** Health with its reason. Kiali's default tolerances, so that both tools agree on what is red. */
import { compareText } from '../../shared/compare.ts';
import type { Health, HealthState } from '../../shared/health.ts';
import type { TopologyInstance } from '../../shared/topology.ts';
import { clockTime, percent, seconds } from './numbers.ts';
import { splitResponseKey, type Totals } from './totals.ts';

/** From how many percent of requests with such an answer on something is degraded or failing. */
export interface Tolerance {
  /** Whether it counts a response code; `-` stands for no answer. */
  readonly matches: (code: string) => boolean;
  /** 0: any such answer at all. */
  readonly degraded: number;
  readonly failing: number;
}

/**
 * Kiali's defaults (https://kiali.io/docs/configuration/health/). Unlike there, HTTP statuses count for gRPC as well: they
 * are what a proxy answers where no gRPC server did.
 */
const defaultTolerances: readonly Tolerance[] = [
  { matches: (code) => /^5\d\d$/.test(code), degraded: 0, failing: 10 },
  { matches: (code) => /^4\d\d$/.test(code), degraded: 10, failing: 20 },
  { matches: (code) => /^([1-9]|1[0-6])$/.test(code), degraded: 0, failing: 10 },
  { matches: (code) => code === '-', degraded: 0, failing: 10 },
];

const order: readonly Health[] = ['unknown', 'idle', 'healthy', 'degraded', 'failing'];

/** The worst of several; of equally bad ones the first. */
export function worstHealth(states: readonly HealthState[]): HealthState {
  return states.reduce(
    (worst, state) => (order.indexOf(state.health) > order.indexOf(worst.health) ? state : worst),
    states[0] ?? { health: 'unknown', reason: 'Nothing is known.' },
  );
}

export interface RequestsInWindow {
  readonly totals: Totals;
  /** Seconds. */
  readonly window: number;
  /** `inbound requests`, `outbound requests`, or just `requests`. */
  readonly what: string;
}

/** Health by answers, with the tolerance that was exceeded, the number of samples and the window. */
export function requestHealth(
  { totals, window, what }: RequestsInWindow,
  tolerances: readonly Tolerance[] = defaultTolerances,
): HealthState {
  const within = `in ${seconds(window)}`;
  if (totals.count === 0) return connectionHealth(totals, within);
  const suspects = [...totals.codes].filter(
    ([key, count]) => count > 0 && tolerances.some(({ matches }) => matches(splitResponseKey(key).code)),
  );
  if (suspects.length === 0) {
    const requests = totals.count === 1 ? what.replace(/s$/, '') : what;
    return { health: 'healthy', reason: `No errors in ${number(totals.count)} ${requests} ${within}` };
  }
  const found = tolerances.map((tolerance) => judge(suspects, totals.count, tolerance, what, within));
  const worst = worstHealth(found.flatMap((state) => state ?? []));
  if (worst.health !== 'unknown') return worst;
  const failed = suspects.reduce((sum, [, count]) => sum + count, 0);
  const tolerated = `${percent(failed / totals.count)} of ${what} fail, which is tolerated`;
  return { health: 'healthy', reason: `${tolerated}: ${number(failed)} of ${number(totals.count)} ${within}` };
}

function judge(
  suspects: readonly (readonly [key: string, count: number])[],
  total: number,
  tolerance: Tolerance,
  what: string,
  within: string,
): HealthState | undefined {
  const hits = suspects
    .filter(([key]) => tolerance.matches(splitResponseKey(key).code))
    .sort(([a, countA], [b, countB]) => countB - countA || compareText(a, b));
  const failed = hits.reduce((sum, [, count]) => sum + count, 0);
  const share = failed / total;
  const [top] = hits;
  if (!top || share * 100 < tolerance.degraded) return undefined;
  const answers = hits.length > 1 ? `${answer(top[0])} and the like` : answer(top[0]);
  return {
    health: share * 100 >= tolerance.failing ? 'failing' : 'degraded',
    reason: `${percent(share)} of ${what} ${answers}: ${number(failed)} of ${number(total)} ${within}`,
  };
}

/** TCP: connections that failed, by the tolerance for no answer. */
function connectionHealth(totals: Totals, within: string): HealthState {
  if (totals.connections === 0 && totals.bytes === 0) return { health: 'idle', reason: `No requests ${within}` };
  const failed = [...totals.codes.values()].reduce((sum, count) => sum + count, 0);
  if (failed === 0) return { health: 'healthy', reason: `TCP connections without failures ${within}` };
  const [top] = [...totals.codes].sort(([, a], [, b]) => b - a);
  const flags = top ? splitResponseKey(top[0]).flags : '';
  const share = failed / Math.max(totals.connections, failed);
  return {
    health: share >= 0.1 ? 'failing' : 'degraded',
    reason: `${percent(share)} of connections fail (${flags}): ${number(failed)} of ${number(totals.connections)} ${within}`,
  };
}

/** `answer 503 (UH)`, `get no answer (DC)`, `end with gRPC status 14`. */
function answer(key: string): string {
  const { code, flags } = splitResponseKey(key);
  const why = flags === '' ? '' : ` (${flags})`;
  if (code === '-') return `get no answer${why}`;
  return code.length < 3 ? `end with gRPC status ${code}${why}` : `answer ${code}${why}`;
}

/** Estimated counts (scaled, or from a Prometheus) are no whole numbers. */
function number(count: number): string {
  return String(Math.round(count));
}

const words: Readonly<Record<TopologyInstance['state'], string>> = {
  starting: 'starting',
  ready: 'ready',
  unhealthy: 'unhealthy',
  ejected: 'ejected',
  down: 'down',
  stopped: 'stopped',
};

/** Health by the state of the instances; undefined where there are none. */
export function instanceHealth(instances: readonly TopologyInstance[]): HealthState | undefined {
  if (instances.length === 0) return undefined;
  const wanted = instances.filter(({ state }) => state !== 'stopped');
  if (wanted.length === 0) return { health: 'idle', reason: `Stopped since ${clockTime(earliest(instances))}` };
  const broken = wanted.filter(({ state }) => state === 'down' || state === 'unhealthy' || state === 'ejected');
  if (broken.length > 0) {
    const states = [...new Set(broken.map(({ state }) => words[state]))].sort();
    const since = `${states.join(' or ')} since ${clockTime(earliest(broken))}`;
    if (broken.length < wanted.length) {
      return { health: 'degraded', reason: `${broken.length} of ${wanted.length} instances ${since}` };
    }
    const [only] = broken;
    if (wanted.length > 1) return { health: 'failing', reason: `All ${wanted.length} instances ${since}` };
    const why = only?.reason === undefined || only.reason === '' ? '' : `: ${only.reason}`;
    return { health: 'failing', reason: `Its only instance is ${since}${why}` };
  }
  const ready = wanted.filter(({ state }) => state === 'ready').length;
  if (ready === 0)
    return { health: 'unknown', reason: wanted.length === 1 ? 'Starting' : `${wanted.length} instances are starting` };
  return { health: 'healthy', reason: ready === 1 ? '1 instance ready' : `${ready} instances ready` };
}

function earliest(instances: readonly TopologyInstance[]): string {
  return instances.map(({ since }) => since).sort()[0] ?? '';
}

/** A node: the worst of its instances and of its requests in both directions; idle where all is well but nothing flows. */
export function nodeHealth(
  instances: readonly TopologyInstance[],
  inbound: Totals,
  outbound: Totals,
  window: number,
): HealthState {
  const byInstances = instanceHealth(instances);
  const byRequests = worstHealth([
    requestHealth({ totals: inbound, window, what: 'inbound requests' }),
    requestHealth({ totals: outbound, window, what: 'outbound requests' }),
  ]);
  if (!byInstances) return byRequests;
  // Nothing to complain about: traffic, or its absence, says more than "2 instances ready".
  if (byInstances.health === 'healthy' && (byRequests.health === 'healthy' || byRequests.health === 'idle')) {
    return byRequests;
  }
  // Where nothing flows, "starting" and "stopped" say why.
  if (byRequests.health === 'idle' && byInstances.health !== 'healthy') return byInstances;
  return worstHealth([byInstances, byRequests]);
}
