import { numberAt, type NumberedEdge } from './layout-graph.ts';

/**
 * Layer of each unit: the longest way from a unit without callers. Cycles are broken at the edges that lead back to a unit
 * still being visited in a depth-first walk, which starts at units without callers, then at those that call the most.
 */
export function rankUnits(count: number, edges: readonly NumberedEdge[]): number[] {
  const after: number[][] = Array.from({ length: count }, () => []);
  const incoming = new Array<number>(count).fill(0);
  for (const [source, target] of edges) {
    after[source]?.push(target);
    incoming[target] = numberAt(incoming, target) + 1;
  }
  const surplus = (unit: number): number => (after[unit]?.length ?? 0) - numberAt(incoming, unit);
  const starts = Array.from({ length: count }, (_, unit) => unit).sort((a, b) => {
    const roots = Number(numberAt(incoming, b) === 0) - Number(numberAt(incoming, a) === 0);
    return roots || surplus(b) - surplus(a) || a - b;
  });

  const state = new Uint8Array(count); // 0 unseen, 1 on the way, 2 finished
  const finished: number[] = [];
  const reversed = new Set<string>();
  for (const start of starts) {
    if (state[start] !== 0) continue;
    state[start] = 1;
    const stack: { unit: number; next: number }[] = [{ unit: start, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const target = after[top.unit]?.[top.next++];
      if (target === undefined) {
        state[top.unit] = 2;
        finished.push(top.unit);
        stack.pop();
      } else if (state[target] === 1) {
        reversed.add(`${top.unit} ${target}`);
      } else if (state[target] === 0) {
        state[target] = 1;
        stack.push({ unit: target, next: 0 });
      }
    }
  }

  const forward: number[][] = Array.from({ length: count }, () => []);
  for (const [source, target] of edges) {
    if (reversed.has(`${source} ${target}`)) forward[target]?.push(source);
    else forward[source]?.push(target);
  }
  const ranks = new Array<number>(count).fill(0);
  // Reverse order of finishing is a topological order once the edges that lead back are turned round.
  for (const unit of finished.reverse()) {
    const next = numberAt(ranks, unit) + 1;
    for (const target of forward[unit] ?? []) ranks[target] = Math.max(numberAt(ranks, target), next);
  }
  return ranks;
}
