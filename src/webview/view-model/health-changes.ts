import type { TopologyGraph, TopologyNode } from '../../shared/topology.ts';

/** Sentences for the live region: whose health changed between two states of the graph. At most three, then a count. */
export function healthChanges(before: TopologyGraph | undefined, after: TopologyGraph): string[] {
  if (before === undefined || before.nodes === after.nodes) return [];
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const sentences: string[] = [];
  for (const node of after.nodes) {
    const was = old.get(node.id)?.health.health;
    const now = node.health.health;
    if (was === undefined || was === now || !(isBad(was) || isBad(now))) continue;
    sentences.push(isBad(now) ? `${name(node)} is ${now}. ${node.health.reason}` : `${name(node)} is ${now} again.`);
  }
  if (sentences.length <= 3) return sentences;
  return [...sentences.slice(0, 2), `And ${String(sentences.length - 2)} more changed.`];
}

function isBad(health: string): boolean {
  return health === 'degraded' || health === 'failing';
}

function name(node: TopologyNode): string {
  return node.app !== undefined && !node.label.startsWith(node.app) ? `${node.app} ${node.label}` : node.label;
}
