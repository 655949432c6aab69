import type { TopologyBox, TopologyEdge, TopologyGraph, TopologyNode } from '../../src/shared/topology.ts';
import { edge, rates, startTime } from './bookinfo.ts';
import { seededRandom } from '../seeded-random.ts';

/** A mesh of tiers: one namespace per 25 services, most calls inside their namespace, a few failing. */
export function generatedMesh(services: number, edgeCount: number, version = 1): TopologyGraph {
  const random = seededRandom(services * 31 + edgeCount);
  const pick = (below: number): number => Math.floor(random() * below);
  const spaces = Math.max(1, Math.round(services / 25));
  const boxes: TopologyBox[] = Array.from({ length: spaces }, (_, index) => ({
    id: `box/ns-${index}`,
    kind: 'namespace',
    label: `team-${String(index).padStart(2, '0')}`,
  }));
  const nodes: TopologyNode[] = Array.from({ length: services }, (_, index) => {
    const space = index % spaces;
    const sick = random();
    const requests = Math.round(10 ** (random() * 3));
    return {
      id: `node/${String(index).padStart(5, '0')}`,
      kind: 'workload',
      label: `service-${String(index)}`,
      namespace: `team-${String(space).padStart(2, '0')}`,
      cluster: 'local',
      app: `service-${String(index)}`,
      workload: `service-${String(index)}-v1`,
      version: 'v1',
      service: `service-${String(index)}`,
      parent: `box/ns-${space}`,
      health:
        sick < 0.02
          ? { health: 'failing', reason: '12 % of inbound requests answer 500' }
          : sick < 0.06
            ? { health: 'degraded', reason: '2.4 % of inbound requests answer 503' }
            : { health: 'healthy', reason: '' },
      inbound: rates(requests, 1 + pick(80), sick < 0.06 ? 0.024 : 0),
      outbound: rates(requests / 2),
      instances: Array.from({ length: 1 + pick(3) }, (_unused, at) => ({
        id: `instance/${index}-${at}`,
        name: `service-${index}-${at}`,
        address: `10.0.${index % 250}.${at}`,
        state: 'ready' as const,
        since: new Date(startTime).toISOString(),
      })),
      meshed: true,
      shapedBy: [],
    };
  });
  const edges = new Map<string, TopologyEdge>();
  // Bounded: a dense small mesh may run out of new pairs.
  for (let attempt = 0; edges.size < edgeCount && attempt < edgeCount * 20; attempt++) {
    const from = pick(services);
    const inside = random() < 0.6;
    const to = inside ? (from + spaces * (1 + pick(12))) % services : pick(services);
    const source = nodes[Math.min(from, to)];
    const target = nodes[Math.max(from, to)];
    if (source === undefined || target === undefined || source === target) continue;
    const made = edge({
      from: source.id,
      to: target.id,
      traffic: rates(Math.round(10 ** (random() * 3)), 3, random() < 0.04 ? 0.03 : 0),
    });
    edges.set(made.id, made);
  }
  return {
    version,
    nodes,
    edges: [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    boxes,
    summary: { workloads: services, services, requests: 12_000, errorShare: 0.004, mutualTlsShare: 0.98 },
    asOf: new Date(startTime).toISOString(),
    window: 60,
    warnings: [],
  };
}
