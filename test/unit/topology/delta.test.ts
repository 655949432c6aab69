import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import { diffTopology } from '../../../src/engine/topology/delta.ts';
import { applyDelta, compareIds } from '../../../src/shared/topology-delta.ts';
import type { TopologyGraph } from '../../../src/shared/topology.ts';
import { bothEnds, busyBookinfo, inputOf } from './sample-mesh.ts';

const before: TopologyGraph = { ...buildTopology(inputOf(busyBookinfo)), version: 7 };

test('only what changed is sent', () => {
  const more = [...busyBookinfo, ...bothEnds('reviews-v2', 'ratings-v1', 100)];
  const after = { ...buildTopology(inputOf(more)), version: 8 };
  const delta = diffTopology(before, after);
  assert.deepEqual([delta?.from, delta?.to], [7, 8]);
  assert.deepEqual(
    delta?.nodes.map(({ id }) => id),
    ['vapp_local_bookinfo_ratings-v1', 'vapp_local_bookinfo_reviews-v2'],
  );
  assert.deepEqual(
    delta.edges.map(({ id }) => id),
    ['vapp_local_bookinfo_reviews-v2>vapp_local_bookinfo_ratings-v1:http'],
  );
  assert.deepEqual([delta.boxes, delta.removed], [[], { nodes: [], edges: [], boxes: [] }]);
});

test('a graph that is the same gives no delta, one that is only newer gives an empty one', () => {
  assert.equal(diffTopology(before, { ...before, version: 8 }), undefined);
  const delta = diffTopology(before, { ...before, version: 8, asOf: '2026-01-01T00:20:01.000Z' });
  assert.deepEqual([delta?.nodes, delta?.edges, delta?.asOf], [[], [], '2026-01-01T00:20:01.000Z']);
});

test('a delta of another version is refused', () => {
  const delta = diffTopology(before, { ...before, version: 8, asOf: 'later' });
  assert.ok(delta);
  assert.equal(applyDelta({ ...before, version: 6 }, delta), undefined);
});

const calls = fc.array(
  fc.record({
    source: fc.constantFrom('traffic', 'ingress', 'productpage-v1', 'reviews-v1', 'reviews-v2', 'new-v1'),
    target: fc.constantFrom('details-v1', 'reviews-v1', 'reviews-v3', 'ratings-v1', 'other-v9'),
    count: fc.integer({ min: 0, max: 50 }),
    code: fc.constantFrom('200', '404', '503', '0'),
  }),
  { maxLength: 12 },
);

test('property: applying the difference of two graphs to the first gives the second', () => {
  fc.assert(
    fc.property(calls, calls, (first, second) => {
      const [a, b] = [first, second].map((list, version) => ({
        ...buildTopology(
          inputOf(
            list.flatMap(({ source, target, count, code }) => bothEnds(source, target, count, { response_code: code })),
          ),
        ),
        version,
        asOf: `second ${version}`,
      }));
      assert.ok(a && b);
      const delta = diffTopology(a, b);
      assert.ok(delta);
      // What goes over the wire is JSON.
      const sent = JSON.parse(JSON.stringify(delta)) as typeof delta;
      assert.deepEqual(applyDelta(a, sent), b);
      for (const list of [b.nodes, b.edges, b.boxes]) {
        assert.deepEqual([...list].sort(compareIds), list);
      }
    }),
    { numRuns: 100 },
  );
});
