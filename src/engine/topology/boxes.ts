import type { GraphType, TopologyBox } from '../../shared/topology.ts';
import type { NodeIdentity } from './node-identity.ts';
import { groupBy } from './placed-hops.ts';

/** The frame a node stands in. `framed`: it is the one of its app, whose name the node need not repeat. */
export interface Parent {
  readonly box: string;
  readonly framed: boolean;
}

/**
 * Frames: one a namespace; within it, in the versioned graph, one for each app of several workloads; and one a cluster
 * around them where there are several clusters.
 */
export function boxesOf(
  nodes: readonly NodeIdentity[],
  graphType: GraphType,
): { boxes: TopologyBox[]; parents: Map<string, Parent> } {
  const boxes: TopologyBox[] = [];
  const parents = new Map<string, Parent>();
  const clusters = [...new Set(nodes.map(({ cluster }) => cluster))];
  const clusterBox = (cluster: string): string => `box_${cluster}`;
  if (clusters.length > 1) {
    for (const cluster of clusters) boxes.push({ id: clusterBox(cluster), kind: 'cluster', label: cluster });
  }
  for (const members of groupBy(nodes, ({ cluster, namespace }) => JSON.stringify([cluster, namespace])).values()) {
    const [first] = members;
    if (!first) continue;
    const { cluster, namespace } = first;
    const outer = clusters.length > 1 ? { parent: clusterBox(cluster) } : {};
    if (namespace === '') {
      for (const { id } of members) if (outer.parent) parents.set(id, { box: outer.parent, framed: false });
      continue;
    }
    const box = `box_${cluster}_${namespace}`;
    boxes.push({ id: box, kind: 'namespace', label: namespace, ...outer });
    for (const { id } of members) parents.set(id, { box, framed: false });
    if (graphType !== 'versionedApp') continue;
    const versions = groupBy(
      members.filter(({ kind, app }) => kind === 'workload' && app !== ''),
      ({ app }) => app,
    );
    for (const [app, ofApp] of versions) {
      if (ofApp.length < 2) continue;
      const appBox = `${box}_${app}`;
      boxes.push({ id: appBox, kind: 'app', label: app, parent: box });
      for (const { id } of ofApp) parents.set(id, { box: appBox, framed: true });
    }
  }
  return { boxes, parents };
}
