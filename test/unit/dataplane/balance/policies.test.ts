import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadBalancerPolicy } from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { bench, endpoint, scripted, upstream } from './upstream-fixture.ts';

const a = endpoint('a');
const b = endpoint('b');
const c = endpoint('c');

const hashPolicies: readonly LoadBalancerPolicy[] = [
  { type: 'ring-hash', minimumRingSize: 1024, hash: { sourceIp: true } },
  { type: 'maglev', tableSize: 65_537, hash: { sourceIp: true } },
];
const allPolicies: readonly LoadBalancerPolicy[] = [
  { type: 'round-robin' },
  { type: 'random' },
  { type: 'least-request' },
  { type: 'passthrough' },
  ...hashPolicies,
];

test('round robin takes turns', () => {
  assert.equal(bench(upstream([a, b, c])).picks(7), 'a b c a b c a');
  assert.equal(bench(upstream([a, b, c], { type: 'passthrough' })).picks(4), 'a b c a');
});

test('round robin starts at a random host', () => {
  assert.equal(bench(upstream([a, b, c]), () => 0.5).picks(4), 'b c a b');
});

test('weighted round robin spreads the turns', () => {
  // Due times (k + 1/2) / weight: a 1/8 3/8 5/8 7/8, b 1/4 3/4, c 1/2.
  const weighted = [endpoint('a', { weight: 4 }), endpoint('b', { weight: 2 }), c];
  assert.equal(bench(upstream(weighted)).picks(14), 'a b a c a b a a b a c a b a');
});

test('a weight below one counts as one', () => {
  const odd = [endpoint('a', { weight: 0 }), endpoint('b', { weight: Number.NaN }), endpoint('c', { weight: -3 })];
  assert.equal(bench(upstream(odd)).picks(6), 'a b c a b c');
});

test('random looks at its number, not at weights', () => {
  const weighted = [endpoint('a', { weight: 100 }), b, c, endpoint('d')];
  assert.equal(bench(upstream(weighted, { type: 'random' }), scripted(0, 0.25, 0.5, 0.75, 0.99)).picks(5), 'a b c d d');
});

test('least request takes the less busy of two drawn with replacement, the first on a tie', () => {
  // Two numbers a pick: a b, b a, c c.
  const run = bench(upstream([a, b, c], { type: 'least-request' }), scripted(0, 0.34, 0.34, 0, 0.9, 0.9));
  assert.equal(run.picks(3), 'a b c');
  run.balancer.started('a');
  run.balancer.started('c');
  assert.equal(run.picks(3), 'b b c');
  run.balancer.finished('a', { type: 'response', status: 200 });
  assert.equal(run.picks(3), 'a b c');
});

test('least request with weights divides them by the requests in flight plus one', () => {
  // Weights 2 and 1, nothing in flight: due a 1/4, b 1/2, a 3/4, a 5/4, b 3/2, …
  const run = bench(upstream([endpoint('a', { weight: 2 }), b], { type: 'least-request' }));
  assert.equal(run.picks(3), 'a b a');
  // Three in flight on a: its next turn, at 5/4, comes as planned; after it the next is 1 / (2 / 4) = 2 later, at 13/4.
  for (let request = 0; request < 3; request++) run.balancer.started('a');
  assert.equal(run.picks(4), 'a b b a');
});

test('random shares are even, weighted shares follow the weights', () => {
  const weights = [5, 3, 1, 1];
  const weighted = weights.map((weight, index) => endpoint(String(index), { weight }));
  for (const type of ['round-robin', 'least-request'] as const) {
    const counts = bench(upstream(weighted, { type }), seededRandom(1)).histogram(10_000);
    assert.deepEqual([...counts].sort(), [
      ['0', 5000],
      ['1', 3000],
      ['2', 1000],
      ['3', 1000],
    ]);
  }
  for (const type of ['random', 'least-request'] as const) {
    const counts = bench(upstream([a, b, c, endpoint('d')], { type }), seededRandom(2)).histogram(40_000);
    // Five standard deviations of a binomial share of 10,000: 433.
    for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 433, String(count));
  }
});

test('consistent hashing without a key picks at random by weight', () => {
  for (const policy of hashPolicies) {
    const counts = bench(upstream([endpoint('a', { weight: 3 }), b], policy), seededRandom(3)).histogram(20_000);
    const share = (counts.get('a') ?? 0) / 20_000;
    // The ring has 2048 points, so shares of it stray by a few percent.
    assert.ok(Math.abs(share - 0.75) < (policy.type === 'maglev' ? 0.02 : 0.06), `${policy.type} ${share}`);
  }
});

test('one key goes to one host, whatever the order of endpoints', () => {
  for (const policy of hashPolicies) {
    const forward = bench(upstream([a, b, c], policy));
    const backward = bench(upstream([c, b, a], policy));
    for (const hash of [0, 1, 12345, 0x80000000, 0xffffffff]) {
      const [first] = forward.picks(1, { hash }).split(' ');
      assert.equal(forward.picks(3, { hash }), `${first} ${first} ${first}`);
      assert.equal(backward.picks(1, { hash }), first);
    }
  }
});

for (const policy of allPolicies) {
  test(`${policy.type}: leaves out what is unhealthy, draining or failed its check`, () => {
    const run = bench(
      upstream(
        [endpoint('a', { health: 'unhealthy' }), endpoint('b', { health: 'draining' }), c, endpoint('d')],
        policy,
      ),
      seededRandom(4),
    );
    assert.deepEqual([...run.histogram(200).keys()].sort(), ['c', 'd']);
    run.balancer.checked('d', false, 'connection refused');
    assert.deepEqual([...run.histogram(50).keys()], ['c']);
    run.balancer.checked('c', false, 'connection refused');
    assert.equal(run.picks(1), '-');
    run.balancer.checked('c', true, 'answered 200');
    assert.equal(run.picks(1), 'c');
    assert.deepEqual(
      run.events.map(({ endpoint: id, type }) => `${id} ${type}`),
      ['d check-failed', 'c check-failed', 'c check-passed'],
    );
  });

  test(`${policy.type}: has nobody to pick without endpoints`, () => {
    const run = bench(upstream([], policy));
    assert.equal(run.picks(1), '-');
    run.balancer.update(upstream([a], policy));
    assert.equal(run.picks(1, { hash: 7 }), 'a');
    run.balancer.update(upstream([], policy));
    assert.equal(run.picks(1, { hash: 7 }), '-');
  });

  test(`${policy.type}: prefers a host that was not tried, else takes a tried one`, () => {
    const many = Array.from({ length: 20 }, (_, index) => endpoint(`e${index}`));
    const run = bench(upstream(many, policy), seededRandom(5));
    for (let hash = 0; hash < 200; hash++) {
      const tried = new Set(many.filter((_, index) => index !== hash % 20).map(({ id }) => id));
      assert.equal(run.picks(1, { hash: hash * 0x1234567, tried }), `e${hash % 20}`);
    }
    const all = new Set(many.map(({ id }) => id));
    assert.ok(all.has(run.picks(1, { hash: 1, tried: all })));
  });

  test(`${policy.type}: believes no health below the panic threshold`, () => {
    const four = [a, b, c, endpoint('d')];
    const run = bench(upstream(four, policy, { minHealthPercent: 50 }), seededRandom(6));
    run.balancer.checked('a', false, '');
    run.balancer.checked('b', false, '');
    // Exactly at the threshold is not below it.
    assert.deepEqual([...run.histogram(200).keys()].sort(), ['c', 'd']);
    run.balancer.checked('c', false, '');
    assert.deepEqual([...run.histogram(400).keys()].sort(), ['a', 'b', 'c', 'd']);
    run.balancer.checked('a', true, '');
    assert.deepEqual([...run.histogram(200).keys()].sort(), ['a', 'd']);
  });
}

test('an update keeps what is known of endpoints that stay and forgets those whose address changed', () => {
  const policy: LoadBalancerPolicy = { type: 'least-request' };
  // Draws a and b each time.
  const run = bench(upstream([a, b], policy), scripted(0, 0.5));
  run.balancer.started('a');
  run.balancer.checked('b', false, 'connection refused');
  run.balancer.update(upstream([endpoint('a', { labels: { new: 'yes' } }), b], policy));
  assert.equal(run.balancer.pick({})?.labels['new'], 'yes');
  assert.equal(run.picks(2), 'a a');

  run.balancer.update(upstream([a, endpoint('b', { port: 9081 })], policy));
  assert.equal(run.picks(2), 'b b', 'b is healthy again and a still has its request');
  run.balancer.started('b');
  run.balancer.started('b');
  assert.equal(run.picks(1), 'a');
});

test('requests that end after their endpoint moved do not count for its successor', () => {
  const policy: LoadBalancerPolicy = { type: 'least-request' };
  const run = bench(upstream([a, b], policy, { consecutive5xx: 1 }), scripted(0.5, 0));
  run.balancer.started('a');
  run.balancer.started('a');
  run.balancer.update(upstream([endpoint('a', { port: 1 }), b], policy, { consecutive5xx: 1 }));
  run.balancer.started('a');
  run.balancer.finished('a', { type: 'reset' });
  run.balancer.finished('a', { type: 'connect-failure' });
  assert.equal(run.events.length, 0);
  // Draws b, then a: b, as a still has one in flight and ties go to the first.
  assert.equal(run.picks(1), 'b');
  run.balancer.finished('a', { type: 'reset' });
  assert.equal(run.events[0]?.type, 'ejected');
});

test('unknown endpoints are no reason to fail', () => {
  const run = bench(upstream([a]));
  run.balancer.started('zz');
  run.balancer.finished('zz', { type: 'reset' });
  run.balancer.finished('a', { type: 'reset' });
  run.balancer.checked('zz', false, '');
  assert.equal(run.picks(1), 'a');
});

test('another policy takes effect with an update', () => {
  const run = bench(upstream([a, b, c]), () => 0);
  assert.equal(run.balancer.hashPolicy, undefined);
  run.balancer.update(upstream([a, b, c], { type: 'random' }));
  assert.equal(run.picks(3), 'a a a');
  run.balancer.update(upstream([a, b, c], { type: 'maglev', tableSize: 13, hash: { header: 'x' } }));
  assert.deepEqual(run.balancer.hashPolicy, { header: 'x' });
});

test('a disposed balancer has no timers left', () => {
  const run = bench(upstream([a, b], { type: 'maglev', tableSize: 5_000_011, hash: {} }, { consecutive5xx: 1 }));
  run.balancer.finished('a', { type: 'reset' });
  assert.ok(run.clock.pendingTimers > 0);
  run.balancer.dispose();
  assert.equal(run.clock.pendingTimers, 0);
});
