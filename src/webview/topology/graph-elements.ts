import type { Core, ElementDefinition, EventObject } from 'cytoscape';
import { controlPoints } from '../view-model/edge-curve.ts';
import type { Scene, SceneEdge } from '../view-model/scene.ts';

/**
 * Brings cytoscape's elements in line with the scene. Only what differs is touched: an element whose style is
 * re-computed costs tens of times the comparison.
 */
export function syncElements(cy: Core, scene: Scene): void {
  cy.batch(() => {
    const added: ElementDefinition[] = [];
    for (const edge of cy.edges()) if (!scene.edges.has(edge.id())) edge.remove();
    for (const node of cy.nodes()) if (!scene.cards.has(node.id())) node.remove();
    for (const [id, { rect }] of scene.cards) {
      const position = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
      const node = cy.$id(id);
      if (node.empty()) {
        added.push({ group: 'nodes', data: { id, width: rect.width, height: rect.height }, position });
        continue;
      }
      if (node.data('width') !== rect.width) node.data({ width: rect.width, height: rect.height });
      const old = node.position();
      if (!node.grabbed() && (old.x !== position.x || old.y !== position.y)) node.position(position);
    }
    for (const [id, entry] of scene.edges) {
      const data = edgeData(entry);
      const classes = edgeClasses(entry);
      const edge = cy.$id(id);
      if (edge.empty()) {
        const { source, target } = entry.edge;
        added.push({ group: 'edges', data: { id, source, target, ...data }, classes });
        continue;
      }
      if (
        edge.data('width') !== data.width ||
        edge.data('distances') !== data.distances ||
        edge.data('weights') !== data.weights
      ) {
        edge.data(data);
      }
      for (const name of ['idle', 'declared', 'degraded', 'failing', 'preview']) {
        if (edge.hasClass(name) !== classes.includes(name)) edge.toggleClass(name, classes.includes(name));
      }
    }
    if (added.length > 0) cy.add(added);
  });
}

/** After a card moved: the curves of its edges. */
export function syncCurves(cy: Core, scene: Scene, edges: readonly string[]): void {
  cy.batch(() => {
    for (const id of edges) {
      const entry = scene.edges.get(id);
      if (entry !== undefined) cy.$id(id).data(edgeData(entry));
    }
  });
}

function edgeData({ look, curve }: SceneEdge): { width: number; distances: string; weights: string } {
  return { width: look.width, ...controlPoints(curve) };
}

function edgeClasses({ look }: SceneEdge): string[] {
  const flow = look.declared ? ['declared'] : look.idle ? ['idle'] : [];
  return [...flow, ...(look.tone === 'normal' ? [] : [look.tone])];
}

/** Dims the edges that are not bright and marks the selected one. `bright` undefined: nothing is dimmed. */
export function markEdges(cy: Core, bright: ReadonlySet<string> | undefined, selected: string | undefined): void {
  cy.batch(() => {
    for (const edge of cy.edges()) {
      const id = edge.id();
      const classes = {
        dim: bright !== undefined && !bright.has(id),
        bright: bright?.has(id) === true,
        selected: id === selected,
      };
      for (const [name, wanted] of Object.entries(classes)) {
        if (edge.hasClass(name) !== wanted) edge.toggleClass(name, wanted);
      }
    }
  });
}

/** The id of the element an event is about; empty for none. */
export function idOf(event: EventObject): string {
  const target: unknown = event.target;
  const id: unknown = (target as { id?: () => unknown }).id?.();
  return typeof id === 'string' ? id : '';
}
