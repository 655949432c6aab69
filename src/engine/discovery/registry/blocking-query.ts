import { parseGoDuration } from '../../../shared/go-duration.ts';
import type { Catalog } from './catalog.ts';
import { ConsulError } from './consul-exchange.ts';

const defaultWaitMs = 5 * 60_000;
const maxWaitMs = 10 * 60_000;

/**
 * Consul's long poll: with `index` it answers once the topic has changed since, else after `wait` (5 minutes, at most 10)
 * and up to a sixteenth more, so that many watchers do not come back together. Resolves with the index to tell.
 */
export async function blockingQuery(
  catalog: Catalog,
  topic: string,
  query: URLSearchParams,
  signal: AbortSignal,
  random: () => number,
): Promise<number> {
  const given = query.get('index') ?? '';
  if (given !== '' && !/^\d{1,20}$/.test(given)) throw new ConsulError(400, 'Invalid index');
  const index = Number(given);
  if (index === 0) return catalog.indexOf(topic);
  // An index beyond ours is from an earlier life of the registry: its owner must learn that it started over.
  if (index > catalog.index) return catalog.indexOf(topic);
  const wait = waitOf(query.get('wait') ?? '');
  return await catalog.waitForChange(index, wait + random() * (wait / 16), signal, topic);
}

function waitOf(text: string): number {
  if (text === '') return defaultWaitMs;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : parseGoDuration(text);
  if (wait === undefined) throw new ConsulError(400, 'Invalid wait time');
  return Math.min(wait <= 0 ? defaultWaitMs : wait, maxWaitMs);
}
