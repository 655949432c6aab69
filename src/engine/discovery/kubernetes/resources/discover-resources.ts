import { KubeFailure, type KubeRequest, type KubeResponse, type KubeTransport } from '../transport/kube-transport.ts';
import { aggregatedDiscoveryAccept, readAggregatedDiscovery } from './aggregated-discovery.ts';
import { readCoreVersions, readGroupVersions, readResourceList } from './legacy-discovery.ts';
import { ServedResources, type ServedVersion } from './served-resources.ts';

/** The server does not tell what it serves: it answered with this status. */
export class DiscoveryRefused extends Error {
  override readonly name = 'DiscoveryRefused';
  readonly status: number;
  /** As the server sent it. */
  readonly retryAfter: string | undefined;

  constructor(response: KubeResponse) {
    super(`The API server does not tell what it serves: it answers ${response.status}.`);
    this.status = response.status;
    const retryAfter = response.headers['retry-after'];
    this.retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
  }
}

export interface DiscoverOptions {
  /** Groups that matter; the old protocol asks for each of their versions. */
  readonly groups: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

const parallel = 6;

/** Asks what the server serves. Rejects with `KubeFailure` or `DiscoveryRefused`. */
export async function discoverResources(transport: KubeTransport, options: DiscoverOptions): Promise<ServedResources> {
  const ask = (path: string, accept: string): Promise<KubeResponse> => {
    const request: KubeRequest = { path, headers: { accept } };
    return transport.request(options.signal ? { ...request, signal: options.signal } : request);
  };
  const [core, groups] = await Promise.all(
    ['/api', '/apis'].map(async (path) => {
      const response = await ask(path, aggregatedDiscoveryAccept);
      if (response.status !== 200) throw new DiscoveryRefused(response);
      return parseBody(response);
    }),
  );
  const aggregated = [readAggregatedDiscovery(core), readAggregatedDiscovery(groups)];
  const wanted = [
    ...(aggregated[0] ? [] : readCoreVersions(core).map((version) => ({ group: '', version }))),
    ...(aggregated[1] ? [] : readGroupVersions(groups)),
  ].filter(({ group }) => options.groups.has(group));
  const asked: ServedVersion[] = [];
  const worker = async (): Promise<void> => {
    for (let next = wanted.shift(); next; next = wanted.shift()) {
      const { group, version } = next;
      const response = await ask(group === '' ? `/api/${version}` : `/apis/${group}/${version}`, 'application/json');
      if (response.status === 401 || response.status === 429) throw new DiscoveryRefused(response);
      // An aggregated server that is down answers 503 here; a version that went since it was listed 404.
      const served = response.status === 200;
      const resources = served ? readResourceList(parseBody(response), group, version) : [];
      if (served || response.status !== 404) asked.push({ group, version, stale: !served, resources });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return new ServedResources([...(aggregated[0] ?? []), ...(aggregated[1] ?? []), ...asked]);
}

function parseBody(response: KubeResponse): unknown {
  try {
    return JSON.parse(response.body.toString('utf8'));
  } catch (cause) {
    throw new KubeFailure('protocol', 'The API server tells what it serves in something that is not JSON.', { cause });
  }
}
