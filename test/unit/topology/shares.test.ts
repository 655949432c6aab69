import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import type { TopologyInput } from '../../../src/engine/topology/topology-input.ts';
import { callLabels, inputOf, record } from './sample-mesh.ts';

/** Requests of productpage to each version of reviews, by generation, as its own proxy reports them. */
function split(...parts: [version: string, count: number, generation: number][]) {
  return parts.map(([version, count, generation]) =>
    record(callLabels('productpage-v1', `reviews-${version}`), count, generation),
  );
}

function sharesOf(
  records: ReturnType<typeof split>,
  changes: Partial<TopologyInput> = {},
): Record<string, number | undefined> {
  const { edges } = buildTopology(inputOf(records, changes));
  return Object.fromEntries(edges.map(({ target, share }) => [target.slice(-2), share]));
}

test('shares of a split add up over its targets', () => {
  assert.deepEqual(sharesOf(split(['v1', 60, 1], ['v2', 30, 1], ['v3', 10, 1])), { v1: 0.6, v2: 0.3, v3: 0.1 });
});

test('all to one of several declared versions is a share of 1', () => {
  assert.deepEqual(sharesOf(split(['v1', 60, 1])), { v1: 1 });
});

test('after an edit only requests by the new routes count', () => {
  // A minute of 100 : 0 and one second of 50 : 50 with 48 requests a second.
  assert.deepEqual(sharesOf(split(['v1', 2832, 1], ['v1', 24, 2], ['v2', 24, 2])), { v1: 0.5, v2: 0.5 });
});

test('requests that wait for their answer count: a slow version does not seem to get less', () => {
  const input = inputOf(split(['v1', 2832, 1], ['v1', 24, 2], ['v2', 4, 2]));
  const waiting = [{ labels: callLabels('productpage-v1', 'reviews-v2'), count: 20, generation: 2 }];
  const { edges } = buildTopology({ ...input, traffic: { ...input.traffic, waiting } });
  assert.deepEqual(
    edges.map(({ share, shareRequests }) => [share, shareRequests]),
    [
      [0.5, 48],
      [0.5, 48],
    ],
  );
});

test('after an edit it is told on how many requests the shares stand, while the window holds older ones', () => {
  const standsOn = (records: ReturnType<typeof split>) =>
    buildTopology(inputOf(records)).edges.map(({ shareRequests }) => shareRequests);
  assert.deepEqual(standsOn(split(['v1', 2832, 1], ['v1', 9, 2], ['v2', 11, 2])), [20, 20]);
  assert.deepEqual(standsOn(split(['v1', 1400, 2], ['v2', 1480, 2])), [undefined, undefined]);
});

test('an edge that the new routes took everything from has a share of 0', () => {
  assert.deepEqual(sharesOf(split(['v1', 100, 1], ['v3', 20, 2])), { v1: 0, v3: 1 });
});

test('a handful of requests after an edit tell no share', () => {
  assert.deepEqual(sharesOf(split(['v1', 100, 1], ['v2', 9, 2])), { v1: undefined, v2: undefined });
});

test('a handful of requests tell one where nothing was edited', () => {
  assert.deepEqual(sharesOf(split(['v1', 3, 1], ['v2', 1, 1])), { v1: 0.75, v2: 0.25 });
});

test('a generation that left the routes as they were does not begin anew', () => {
  const records = split(['v1', 50, 4], ['v2', 50, 4], ['v1', 5, 5]);
  assert.deepEqual(sharesOf(records), { v1: undefined, v2: undefined });
  assert.deepEqual(sharesOf(records, { routesSince: () => 3 }), { v1: 0.52381, v2: 0.47619 });
});

test('routes are those of the source for the host', () => {
  const asked: unknown[] = [];
  sharesOf(split(['v1', 50, 4]), {
    routesSince: (source, host) => {
      asked.push([source.namespace, source.workload, host]);
      return undefined;
    },
  });
  assert.deepEqual(asked, [['bookinfo', 'productpage-v1', 'reviews.bookinfo.svc.cluster.local']]);
});

test('a caller without a sidecar has shares by what the destinations say', () => {
  const seen = (version: string, count: number) =>
    record(
      callLabels('x', `reviews-${version}`, {
        reporter: 'destination',
        source_workload: 'unknown',
        source_app: 'unknown',
        source_canonical_service: 'unknown',
        source_workload_namespace: 'unknown',
      }),
      count,
    );
  assert.deepEqual(sharesOf([seen('v1', 30), seen('v2', 10)]), { v1: 0.75, v2: 0.25 });
});
