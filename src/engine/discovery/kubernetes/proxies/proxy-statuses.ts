import type { ProxyStatus } from '../../../../shared/cluster.ts';
import { fieldOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { workloadOf } from '../../../model/indexes/owners.ts';
import { podMembership } from '../../../model/membership.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import { podGet, type OpenPodTunnel } from './pod-http.ts';
import { connectedProxies, type ConnectedProxy } from './sync-states.ts';

export interface ProxyStatusOptions {
  readonly snapshot: Snapshot;
  readonly open: OpenPodTunnel;
  readonly signal?: AbortSignal | undefined;
}

/** istiod answers its debug pages to callers of its own pod on both; the second is older and can be switched off. */
const debugPorts = [15014, 8080] as const;
const timeoutMs = 10_000;
const maxBytes = 64 * 1_048_576;

/**
 * What `istioctl proxy-status` tells: every proxy that is connected to an istiod of this cluster, by name; and every pod
 * with a sidecar that runs but is connected to none, with the state `unknown`. Rejects with `KubeFailure` where no istiod
 * answers.
 */
export async function proxyStatuses({ snapshot, open, signal }: ProxyStatusOptions): Promise<readonly ProxyStatus[]> {
  const istiods = snapshot.ofKind('core/Pod').filter((pod) => pod.labels['app'] === 'istiod' && isRunning(pod));
  if (istiods.length === 0)
    throw new KubeFailure(
      'unreachable',
      'There is no running istiod that you may see, so the state of proxies is not known. Proxies of a control plane outside this cluster are shown by its own tools.',
    );
  const answers = await Promise.allSettled(istiods.map((pod) => askIstiod(pod, open, signal)));
  const heard = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const [refusal] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  if (heard.length === 0) throw refusal instanceof Error ? refusal : new Error('No istiod answers');
  const byName = new Map<string, ProxyStatus>();
  for (const proxy of heard.flat()) {
    const pod = snapshot.find('core/Pod', proxy.namespace, proxy.pod);
    const workload = pod && workloadOf(snapshot, pod).name;
    // A proxy that moves between two istiods is for a moment known to both: the one that serves it counts.
    if (byName.get(proxy.proxy)?.state === 'synced') continue;
    byName.set(proxy.proxy, { ...proxy, ...(workload === undefined ? {} : { workload }) });
  }
  // Where an istiod did not answer, whom it serves is not known.
  if (heard.length === istiods.length)
    for (const pod of snapshot.ofKind('core/Pod')) {
      const name = `${pod.name}.${pod.namespace}`;
      if (byName.has(name) || !isRunning(pod) || podMembership(pod) !== 'sidecar') continue;
      const workload = workloadOf(snapshot, pod).name;
      byName.set(name, {
        proxy: name,
        namespace: pod.namespace,
        pod: pod.name,
        workload,
        types: {},
        state: 'unknown',
      });
    }
  return [...byName.values()].sort((a, b) => (a.proxy < b.proxy ? -1 : a.proxy > b.proxy ? 1 : 0));
}

async function askIstiod(
  { namespace, name }: MeshObject,
  open: OpenPodTunnel,
  signal: AbortSignal | undefined,
): Promise<readonly ConnectedProxy[]> {
  let failure: unknown;
  for (const port of debugPorts) {
    try {
      const text = await podGet(
        open,
        { namespace, pod: name, port },
        { path: '/debug/syncz', timeoutMs, maxBytes, signal },
      );
      return connectedProxies(JSON.parse(text), name);
    } catch (error) {
      if (signal?.aborted) throw error;
      failure ??=
        error instanceof SyntaxError
          ? new KubeFailure('protocol', `istiod ${namespace}/${name} answers with something else than JSON.`)
          : error;
    }
  }
  throw failure;
}

function isRunning(pod: MeshObject): boolean {
  return fieldOf(pod.status, 'phase') === 'Running' && pod.deletionTimestamp === undefined;
}
