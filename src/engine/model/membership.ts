import type { MeshMembership } from '../../shared/cluster.ts';
import { fieldOf, listOf, stringOf, textsOf } from '../../shared/untrusted.ts';
import type { MeshObject } from './mesh-object.ts';

/** Containers that are the proxy of a mesh: Istio's, and those of Consul. */
const sidecars: ReadonlySet<string> = new Set(['istio-proxy', 'consul-dataplane', 'envoy-sidecar']);

/** Init containers count: native sidecars are such (Kubernetes 1.29, Istio's ENABLE_NATIVE_SIDECARS). */
function containerNames(spec: unknown): readonly string[] {
  return [...listOf(fieldOf(spec, 'containers')), ...listOf(fieldOf(spec, 'initContainers'))].flatMap(
    (container) => stringOf(fieldOf(container, 'name')) ?? [],
  );
}

/**
 * How a pod takes part in a mesh, from what runs in it and not from what was wished. Of anything else with
 * `spec.template`: how its template says. Istio's injector leaves `sidecar.istio.io/status`; its node agent writes
 * `ambient.istio.io/redirection` when it has redirected a pod's traffic to ztunnel.
 */
export function podMembership(object: MeshObject): MeshMembership {
  const template = object.kind === 'Pod' ? object : fieldOf(object.spec, 'template');
  const annotations =
    object.kind === 'Pod' ? object.annotations : textsOf(fieldOf(fieldOf(template, 'metadata'), 'annotations'));
  const names = containerNames(fieldOf(template, 'spec'));
  if (names.some((name) => sidecars.has(name))) return 'sidecar';
  if (names.includes('linkerd-proxy')) return 'linkerd-proxy';
  if (Object.hasOwn(annotations, 'sidecar.istio.io/status')) return 'sidecar';
  if (Object.hasOwn(annotations, 'linkerd.io/proxy-version')) return 'linkerd-proxy';
  return annotations['ambient.istio.io/redirection'] === 'enabled' ? 'ambient' : 'none';
}

const precedence: readonly MeshMembership[] = ['sidecar', 'linkerd-proxy', 'ambient', 'none'];

/** How a workload takes part: as most of its pods do; without pods, as its own template says. */
export function workloadMembership(workload: MeshObject | undefined, pods: readonly MeshObject[]): MeshMembership {
  if (pods.length === 0) return workload ? podMembership(workload) : 'none';
  const memberships = pods.map(podMembership);
  const count = (one: MeshMembership): number => memberships.filter((other) => other === one).length;
  return precedence.reduce((best, one) => (count(one) > count(best) ? one : best));
}
