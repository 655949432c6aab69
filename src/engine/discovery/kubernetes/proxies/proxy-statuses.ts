import { compareText } from '../../../../shared/compare.ts';
import type { ProxyStatus } from '../../../../shared/cluster.ts';
import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
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
  const istiods = runningIstiods(snapshot);
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
    const pod = snapshot.find(Kinds.pod, proxy.namespace, proxy.pod);
    const workload = pod && workloadOf(snapshot, pod).name;
    // A proxy that moves between two istiods is for a moment known to both: the one that serves it counts.
    if (byName.get(proxy.proxy)?.state === 'synced') continue;
    byName.set(proxy.proxy, { ...proxy, ...(workload === undefined ? {} : { workload }) });
  }
  // Where an istiod did not answer, whom it serves is not known.
  if (heard.length === istiods.length)
    for (const pod of snapshot.ofKind(Kinds.pod)) {
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
  return [...byName.values()].sort((a, b) => compareText(a.proxy, b.proxy));
}

/** Pods of control planes that can be asked. */
export function runningIstiods(snapshot: Snapshot): readonly MeshObject[] {
  return snapshot.ofKind(Kinds.pod).filter((pod) => pod.labels['app'] === 'istiod' && isRunning(pod));
}

/** Version that a running istiod says it is, for images without a telling tag; undefined where none says one. */
export async function istiodVersion(
  snapshot: Snapshot,
  open: OpenPodTunnel,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [pod] = runningIstiods(snapshot);
  if (!pod) return undefined;
  const text = await fromIstiod(pod, open, '/version', signal);
  return /^(\d+\.\d+(?:\.\d+)?(?:-(?:alpha|beta|rc)[\w.]*)?)/.exec(text)?.[1];
}

async function askIstiod(
  pod: MeshObject,
  open: OpenPodTunnel,
  signal: AbortSignal | undefined,
): Promise<readonly ConnectedProxy[]> {
  const text = await fromIstiod(pod, open, '/debug/syncz', signal);
  try {
    return connectedProxies(JSON.parse(text), pod.name);
  } catch {
    throw new KubeFailure('protocol', `istiod ${pod.namespace}/${pod.name} answers with something else than JSON.`);
  }
}

async function fromIstiod(
  { namespace, name }: MeshObject,
  open: OpenPodTunnel,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  let failure: unknown;
  for (const port of debugPorts) {
    try {
      return await podGet(open, { namespace, pod: name, port }, { path, timeoutMs, maxBytes, signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function isRunning(pod: MeshObject): boolean {
  return fieldOf(pod.status, 'phase') === 'Running' && pod.deletionTimestamp === undefined;
}
