import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  layoutLayered,
  type LayoutEdge,
  type LayoutNode,
  type LayoutPoint,
} from '../../../src/shared/layered-layout.ts';

const card = (id: string, group?: string): LayoutNode => ({
  id,
  width: 120,
  height: 40,
  ...(group === undefined ? {} : { group }),
});

function edgesOf(...lines: string[]): LayoutEdge[] {
  return lines.flatMap((line) => {
    const steps = line.split('>').map((step) => step.trim());
    return steps.slice(1).map((target, index) => ({ source: steps[index] ?? '', target }));
  });
}

function at(places: Map<string, LayoutPoint>, id: string): LayoutPoint {
  const place = places.get(id);
  assert.ok(place, `${id} was not placed`);
  return place;
}

const bookinfo = ['traffic', 'ingress', 'productpage', 'details', 'ratings'].map((id) => card(id));
const reviews = ['v1', 'v2', 'v3'].map((id) => card(id, 'reviews'));
const bookinfoEdges = edgesOf(
  'traffic > ingress > productpage > details',
  'productpage > v1',
  'productpage > v2 > ratings',
  'productpage > v3 > ratings',
);

test('Bookinfo reads from left to right, versions in one column', () => {
  const places = layoutLayered([...bookinfo, ...reviews], bookinfoEdges);
  // 120 wide cards, 120 between them: columns are 240 apart and the first centre is at 60.
  assert.deepEqual(
    ['traffic', 'ingress', 'productpage', 'details', 'v1', 'v2', 'v3', 'ratings'].map((id) => at(places, id).x),
    [60, 300, 540, 780, 780, 780, 780, 1020],
  );
  // Callers and callees in a straight line stay on it.
  assert.ok(Math.abs(at(places, 'traffic').y - at(places, 'ingress').y) < 1);
  // ratings stands between the two versions that call it.
  const callers = [at(places, 'v2').y, at(places, 'v3').y];
  assert.ok(at(places, 'ratings').y >= Math.min(...callers) && at(places, 'ratings').y <= Math.max(...callers));
});

test('nothing else stands within the column of a group', () => {
  const places = layoutLayered([...bookinfo, ...reviews], bookinfoEdges);
  const column = reviews.map(({ id }) => at(places, id).y);
  const details = at(places, 'details').y;
  assert.ok(details < Math.min(...column) || details > Math.max(...column));
});

test('a version without traffic stands with its siblings', () => {
  const edges = bookinfoEdges.filter((edge) => edge.source !== 'v1' && edge.target !== 'v1');
  const places = layoutLayered([...bookinfo, ...reviews], edges);
  assert.equal(at(places, 'v1').x, at(places, 'v2').x);
});

test('members of a group that call each other keep their layers', () => {
  const places = layoutLayered([card('a', 'g'), card('b', 'g')], edgesOf('a > b'));
  assert.ok(at(places, 'a').x < at(places, 'b').x);
});

const crossings: [name: string, edges: LayoutEdge[], left: string[], right: string[]][] = [
  ['two edges', edgesOf('a > y', 'b > x'), ['a', 'b'], ['x', 'y']],
  ['a fan', edgesOf('a > z', 'b > y', 'c > x'), ['a', 'b', 'c'], ['x', 'y', 'z']],
];
for (const [name, edges, left, right] of crossings) {
  test(`avoidable crossings are avoided: ${name}`, () => {
    // A common caller makes them one part, so that order within a layer matters.
    const all = [...edges, ...left.map((target) => ({ source: 'root', target }))];
    const places = layoutLayered(
      ['root', ...left, ...right].map((id) => card(id)),
      all,
    );
    for (const one of edges) {
      for (const other of edges) {
        const sources = at(places, one.source).y - at(places, other.source).y;
        const targets = at(places, one.target).y - at(places, other.target).y;
        assert.ok(sources * targets >= 0, `${one.source}>${one.target} crosses ${other.source}>${other.target}`);
      }
    }
  });
}

test('a cycle is broken where it leads back', () => {
  const places = layoutLayered([card('gw'), card('a'), card('b'), card('c')], edgesOf('gw > a > b > c > a'));
  assert.deepEqual(
    ['gw', 'a', 'b', 'c'].map((id) => at(places, id).x),
    [60, 300, 540, 780],
  );
});

test('self calls, duplicates and edges to unknown ids change nothing', () => {
  const nodes = [card('a'), card('b')];
  const noisy = [...edgesOf('a > b', 'a > b', 'a > a', 'b > nobody')];
  assert.deepEqual(layoutLayered(nodes, noisy), layoutLayered(nodes, edgesOf('a > b')));
});

test('parts that nothing connects are stacked, cards without edges stand below', () => {
  const places = layoutLayered(
    ['a', 'b', 'c', 'x', 'y', 'idle'].map((id) => card(id)),
    edgesOf('a > b > c', 'x > y'),
  );
  assert.ok(at(places, 'a').y < at(places, 'x').y);
  assert.ok(at(places, 'x').y < at(places, 'idle').y);
  assert.equal(at(places, 'a').x, at(places, 'x').x);
});

test('no nodes, no places', () => {
  assert.equal(layoutLayered([], []).size, 0);
});

const graphs = fc
  .record({
    nodes: fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        width: fc.integer({ min: 20, max: 200 }),
        height: fc.integer({ min: 20, max: 80 }),
        group: fc.option(fc.constantFrom('g', 'h', 'i'), { nil: undefined }),
      }),
      { selector: (node) => node.id, minLength: 1, maxLength: 30 },
    ),
    links: fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 60 }),
  })
  .map(({ nodes, links }) => ({
    nodes: nodes.map(({ group, ...node }): LayoutNode => (group === undefined ? node : { ...node, group })),
    edges: links.map(([source, target]): LayoutEdge => ({
      source: nodes[source % nodes.length]?.id ?? '',
      target: nodes[target % nodes.length]?.id ?? '',
    })),
  }));

test('property: every card has a place, none overlaps another, and the order of the input does not matter', () => {
  fc.assert(
    fc.property(graphs, ({ nodes, edges }) => {
      const places = layoutLayered(nodes, edges);
      assert.equal(places.size, nodes.length);
      for (const [index, a] of nodes.entries()) {
        const pa = at(places, a.id);
        assert.ok(Number.isFinite(pa.x) && Number.isFinite(pa.y));
        assert.ok(pa.x - a.width / 2 >= -1e-6 && pa.y - a.height / 2 >= -1e-6);
        for (const b of nodes.slice(index + 1)) {
          const pb = at(places, b.id);
          const apart =
            Math.abs(pa.x - pb.x) >= (a.width + b.width) / 2 - 1e-6 ||
            Math.abs(pa.y - pb.y) >= (a.height + b.height) / 2 - 1e-6;
          assert.ok(apart, `${a.id} and ${b.id} overlap`);
        }
      }
      assert.deepEqual(layoutLayered([...nodes].reverse(), [...edges].reverse()), places);
    }),
    { numRuns: 200 },
  );
});
