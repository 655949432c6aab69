import { fieldOf, listOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type Labels, type MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { DeclaredService } from '../declarations.ts';
import type { ClusterNaming, LabelledWorkload } from './declare-workloads.ts';
import { externalNameOf } from './external-names.ts';
import { selects } from './gateway-roles.ts';

/** Services and ServiceEntries of one namespace, with the workloads behind them. */
export function declareServices(
  namespace: string,
  snapshot: Snapshot,
  { cluster, clusterDomain, locate }: Pick<ClusterNaming, 'cluster' | 'clusterDomain' | 'locate'>,
  workloads: readonly LabelledWorkload[],
): readonly DeclaredService[] {
  const find = workloadFinder(workloads);
  const services = snapshot.inNamespace(Kinds.service, namespace).map((service): DeclaredService => ({
    namespace,
    name: service.name,
    cluster,
    host: `${service.name}.${namespace}.svc.${clusterDomain}`,
    declaredAt: locate(refOf(service)),
    // A name for another host selects nothing.
    workloads:
      externalNameOf(service) === undefined
        ? (find.bySelector(textsOf(fieldOf(service.spec, 'selector'))) ?? find.byEndpoints(service, snapshot))
        : [],
  }));
  const entries = snapshot.inNamespace(Kinds.serviceEntry, namespace).flatMap((entry) => {
    const { spec } = entry;
    const selector = textsOf(fieldOf(fieldOf(spec, 'workloadSelector'), 'labels'));
    return listOf(fieldOf(spec, 'hosts')).flatMap((host): DeclaredService[] => {
      if (typeof host !== 'string' || host === '') return [];
      return [
        {
          namespace,
          name: host,
          cluster,
          host,
          declaredAt: locate(refOf(entry)),
          workloads: find.bySelector(selector) ?? [],
          external: stringOf(fieldOf(spec, 'location')) !== 'MESH_INTERNAL',
        },
      ];
    });
  });
  return [...services, ...entries];
}

interface WorkloadFinder {
  /** Names of those that the selector selects; undefined for no selector. */
  bySelector(selector: Labels): readonly string[] | undefined;
  /** Names of those whose pods stand in the service's EndpointSlices. */
  byEndpoints(service: MeshObject, snapshot: Snapshot): readonly string[];
}

/** Workloads by label, so that thousands of services are not compared with thousands of workloads. */
function workloadFinder(workloads: readonly LabelledWorkload[]): WorkloadFinder {
  const byLabel = new Map<string, LabelledWorkload[]>();
  const byPod = new Map<string, string>();
  for (const workload of workloads) {
    for (const [key, value] of Object.entries(workload.labels)) {
      const label = `${key}=${value}`;
      const list = byLabel.get(label);
      if (list) list.push(workload);
      else byLabel.set(label, [workload]);
    }
    for (const pod of workload.pods) byPod.set(pod, workload.name);
  }
  return {
    bySelector: (selector) => {
      const lists = Object.entries(selector).map(([key, value]) => byLabel.get(`${key}=${value}`) ?? []);
      const [first, ...others] = lists;
      if (!first) return undefined;
      const fewest = others.reduce((least, list) => (list.length < least.length ? list : least), first);
      return fewest.filter(({ labels }) => selects(selector, labels)).map(({ name }) => name);
    },
    byEndpoints: (service, snapshot) => {
      const names = new Set<string>();
      for (const slice of snapshot.inNamespace(Kinds.endpointSlice, service.namespace)) {
        if (slice.labels['kubernetes.io/service-name'] !== service.name) continue;
        for (const endpoint of listOf(fieldOf(slice.rest, 'endpoints') ?? fieldOf(slice.spec, 'endpoints'))) {
          const target = fieldOf(endpoint, 'targetRef');
          const pod = fieldOf(target, 'kind') === 'Pod' ? stringOf(fieldOf(target, 'name')) : undefined;
          const workload = pod === undefined ? undefined : byPod.get(pod);
          if (workload !== undefined) names.add(workload);
        }
      }
      return [...names].sort();
    },
  };
}
