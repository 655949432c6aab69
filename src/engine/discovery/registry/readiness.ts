import type { CheckDefinition } from './catalog-entries.ts';
import type { ProbeResult } from './health-probe.ts';
import { probe } from './health-probe.ts';
import type { ProcessWorkload } from './local-mesh-spec.ts';

type Probed = Extract<CheckDefinition, { type: 'http' | 'tcp' }>;

/** The probe of a workload's instance on 127.0.0.1; undefined where there is nothing to probe. */
export function instanceProbe(workload: ProcessWorkload, ports: Readonly<Record<string, number>>): Probed | undefined {
  const { health } = workload;
  const name = health && health.type !== 'ttl' ? health.port : workload.ports[0]?.name;
  const port = name === undefined ? undefined : ports[name];
  if (port === undefined) return undefined;
  if (health?.type !== 'http') {
    const timing = health?.type === 'tcp' ? health : { intervalMs: 1000, timeoutMs: 1000 };
    return { type: 'tcp', host: '127.0.0.1', port, intervalMs: timing.intervalMs, timeoutMs: timing.timeoutMs };
  }
  return {
    type: 'http',
    url: `http://127.0.0.1:${port}${health.path}`,
    method: 'GET',
    headers: {},
    body: '',
    followRedirects: true,
    intervalMs: health.intervalMs,
    timeoutMs: health.timeoutMs,
  };
}

const shortestPauseMs = 10;
const longestPauseMs = 250;

/**
 * Probes in quick succession until the instance answers; `onSlow` hears the last failure every `slowMs`. Resolves false
 * when aborted.
 */
export async function untilReady(
  definition: Probed,
  signal: AbortSignal,
  slowMs: number,
  onSlow: (failure: string) => void,
): Promise<boolean> {
  const since = performance.now();
  let lastTold = since;
  while (!signal.aborted) {
    const { status, output } = await knock(definition, signal);
    if (signal.aborted) return false;
    if (status !== 'critical') return true;
    if (performance.now() - lastTold >= slowMs) {
      lastTold = performance.now();
      onSlow(output);
    }
    // In proportion to the wait: noticed at most a tenth later than it happened, with few probes of what is slow.
    const pause = (performance.now() - since) / 10;
    await pauseFor(Math.min(Math.max(pause, shortestPauseMs), longestPauseMs), signal);
  }
  return false;
}

/** While nobody listens a whole HTTP request would only take the time the starting process needs. */
async function knock(definition: Probed, signal: AbortSignal): Promise<ProbeResult> {
  if (definition.type === 'http') {
    const { intervalMs, timeoutMs } = definition;
    const { hostname, port } = new URL(definition.url);
    const open = await probe({ type: 'tcp', host: hostname, port: Number(port), intervalMs, timeoutMs }, { signal });
    if (open.status === 'critical') return open;
  }
  return await probe(definition, { signal });
}

/** Resolves after `ms` or when aborted. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
  });
}
