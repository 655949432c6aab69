import type { LocalMeshStatus, LocalWorkload } from '../../shared/local-mesh.ts';
import type { VisibleGraph, VisibleNode } from './visible-graph.ts';

/** The host to dial to reach a node: of the busiest call that does, else of its service. */
export function hostOf(node: VisibleNode, graph: VisibleGraph, status?: LocalMeshStatus): string | undefined {
  const inbound = graph.edges.filter((edge) => edge.target === node.id && edge.host !== '');
  const busiest = [...inbound].sort((a, b) => b.traffic.requests - a.traffic.requests)[0];
  if (busiest !== undefined) return busiest.host;
  const names = [node.service, node.app, node.workload];
  return status?.services.find(
    (service) =>
      service.namespace === node.namespace && (names.includes(service.name) || service.host === node.service),
  )?.host;
}

/** The workload of the local mesh behind a node, if it is one. */
export function localWorkload(node: VisibleNode, status?: LocalMeshStatus): LocalWorkload | undefined {
  return status?.workloads.find((workload) => workload.namespace === node.namespace && workload.name === node.workload);
}
