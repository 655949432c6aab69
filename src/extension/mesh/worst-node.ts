import type { Health } from '../../shared/health.ts';
import type { TopologyNode } from '../../shared/topology.ts';

/** For a summary, knowing nothing of one node says less than a healthy other one. */
const order: readonly Health[] = ['unknown', 'idle', 'healthy', 'degraded', 'failing'];

/** The node in the worst health; of equals the one that comes first, so that the choice does not flicker. */
export function worstNode(nodes: Iterable<TopologyNode>): TopologyNode | undefined {
  let worst: TopologyNode | undefined;
  for (const node of nodes) {
    if (worst === undefined || rank(node) > rank(worst) || (rank(node) === rank(worst) && node.id < worst.id)) {
      worst = node;
    }
  }
  return worst;
}

function rank(node: TopologyNode): number {
  return order.indexOf(node.health.health);
}
