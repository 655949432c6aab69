import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestOutcome } from '../../../../src/engine/dataplane/balance/balancer-dependencies.ts';
import type { OutlierDetection } from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import { bench, endpoint, outlierDefaults, upstream, type Bench } from './upstream-fixture.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, index) => endpoint(`e${index}`));

/** `500`, `200`, or the first letter of connect-failure, reset, timeout, cancelled (`x`). */
function outcomeOf(word: string): RequestOutcome {
  switch (word) {
    case 'c':
      return { type: 'connect-failure' };
    case 'r':
      return { type: 'reset' };
    case 't':
      return { type: 'timeout' };
    case 'x':
      return { type: 'cancelled' };
    default:
      return { type: 'response', status: Number(word) };
  }
}

function play(run: Bench, id: string, outcomes: string): void {
  for (const word of outcomes.split(' ')) {
    run.balancer.started(id);
    run.balancer.finished(id, outcomeOf(word));
  }
}

const ejections = (run: Bench): string => run.events.map(({ endpoint: id, type }) => `${id} ${type}`).join(', ');

const table: readonly {
  readonly name: string;
  readonly settings: Partial<OutlierDetection>;
  readonly outcomes: string;
  readonly ejected: boolean;
}[] = [
  { name: 'five 5xx in a row', settings: {}, outcomes: '500 503 599 500 501', ejected: true },
  { name: 'four', settings: {}, outcomes: '500 500 500 500', ejected: false },
  { name: 'a success between', settings: {}, outcomes: '500 500 500 500 200 500', ejected: false },
  { name: '4xx is a success', settings: {}, outcomes: '500 500 500 500 404 500', ejected: false },
  { name: 'a caller that went away says nothing', settings: {}, outcomes: '500 500 x 500 x 500 500', ejected: true },
  { name: 'failures of this side count as 5xx', settings: {}, outcomes: 'c r t 500 c', ejected: true },
  { name: '5xx off', settings: { consecutive5xx: 0 }, outcomes: '500 500 500 500 500 500', ejected: false },
  {
    name: 'gateway errors in a row',
    settings: { consecutive5xx: 0, consecutiveGatewayErrors: 3 },
    outcomes: '502 503 504',
    ejected: true,
  },
  {
    name: 'a 500 between is no gateway error',
    settings: { consecutive5xx: 0, consecutiveGatewayErrors: 3 },
    outcomes: '502 503 500 504',
    ejected: false,
  },
  {
    name: 'connect failure 503, reset 503, timeout 504 are gateway errors',
    settings: { consecutive5xx: 0, consecutiveGatewayErrors: 3 },
    outcomes: 'c r t',
    ejected: true,
  },
  {
    name: 'split: failures of this side are counted apart',
    settings: { splitExternalLocalOriginErrors: true, consecutive5xx: 3, consecutiveLocalOriginFailures: 0 },
    outcomes: 'c r t c r t',
    ejected: false,
  },
  {
    name: 'split: local failures in a row',
    settings: { splitExternalLocalOriginErrors: true, consecutive5xx: 0, consecutiveLocalOriginFailures: 3 },
    outcomes: 'c t r',
    ejected: true,
  },
  {
    name: 'split: any answer shows that connecting works',
    settings: { splitExternalLocalOriginErrors: true, consecutive5xx: 0, consecutiveLocalOriginFailures: 3 },
    outcomes: 'c c 500 c',
    ejected: false,
  },
  {
    name: 'not split: the local count is not looked at',
    settings: { consecutive5xx: 0, consecutiveLocalOriginFailures: 2 },
    outcomes: 'c c c c',
    ejected: false,
  },
];

for (const { name, settings, outcomes, ejected } of table) {
  test(`ejection: ${name}`, () => {
    const run = bench(upstream(hosts(2), { type: 'round-robin' }, settings));
    play(run, 'e0', outcomes);
    assert.equal(ejections(run), ejected ? 'e0 ejected' : '');
    assert.equal(run.picks(2), ejected ? 'e1 e1' : 'e0 e1');
  });
}

test('says why and for how long', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, {}));
  play(run, 'e0', '500 500 500 500 500');
  assert.deepEqual(run.events, [
    { endpoint: 'e0', type: 'ejected', detail: '5 consecutive 5xx answers; out for 30 s' },
  ]);
});

test('an ejected host returns when its time is over', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, {}));
  play(run, 'e0', '500 500 500 500 500');
  run.clock.advance(29_999);
  assert.equal(run.picks(2), 'e1 e1');
  run.clock.advance(1);
  assert.equal(ejections(run), 'e0 ejected, e0 returned');
  assert.deepEqual(new Set(run.picks(2).split(' ')), new Set(['e0', 'e1']));
});

test('each ejection lasts longer, up to the maximum', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1, maxEjectionMs: 80_000 }));
  const durations: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    play(run, 'e0', '500');
    const start = run.clock.now();
    while (run.picks(2) === 'e1 e1') run.clock.advance(5_000);
    durations.push((run.clock.now() - start) / 1000);
  }
  assert.deepEqual(durations, [30, 60, 80, 80, 80]);
});

test('the maximum is never below the base', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1, baseEjectionMs: 600_000 }));
  play(run, 'e0', '500');
  run.clock.advance(599_999);
  assert.equal(ejections(run), 'e0 ejected');
  run.clock.advance(1);
  assert.equal(ejections(run), 'e0 ejected, e0 returned');
});

test('the time shrinks by one base for every interval without ejection', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1 }));
  const ejectFor = (): string => {
    play(run, 'e0', '500');
    return run.events.at(-1)?.detail ?? '';
  };
  ejectFor();
  run.clock.advance(30_000);
  assert.match(ejectFor(), /60 s/);
  run.clock.advance(60_000);
  // 19.999 s are one full interval of 10 s: 2 - 1 + 1.
  run.clock.advance(19_999);
  assert.match(ejectFor(), /60 s/);
  run.clock.advance(60_000);
  run.clock.advance(20_000);
  assert.match(ejectFor(), /30 s/);
});

test('the maximum percent counts the host to eject (Envoy: ten hosts at the default of 10 %)', () => {
  for (const [count, percent, wanted] of [
    [9, 10, 0],
    [10, 10, 1],
    [2, 49, 0],
    [2, 50, 1],
    [3, 66, 1],
    [3, 67, 2],
    [4, 100, 4],
    [4, 0, 0],
  ] as const) {
    const run = bench(
      upstream(hosts(count), { type: 'round-robin' }, { consecutive5xx: 1, maxEjectionPercent: percent }),
    );
    for (const { id } of hosts(count)) play(run, id, '500');
    assert.equal(run.events.filter(({ type }) => type === 'ejected').length, wanted, `${count} hosts, ${percent} %`);
  }
});

test('a refused ejection starts the count afresh', () => {
  const run = bench(upstream(hosts(4), { type: 'round-robin' }, { consecutive5xx: 2, maxEjectionPercent: 25 }));
  play(run, 'e0', '500 500');
  play(run, 'e1', '500 500');
  run.clock.advance(30_000);
  play(run, 'e1', '500');
  assert.equal(ejections(run), 'e0 ejected, e0 returned');
  play(run, 'e1', '500');
  assert.equal(ejections(run), 'e0 ejected, e0 returned, e1 ejected');
});

test('a passed check does not end an ejection', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1 }));
  play(run, 'e0', '500');
  run.balancer.checked('e0', false, 'answered 500');
  run.balancer.checked('e0', true, 'answered 200');
  assert.equal(run.picks(2), 'e1 e1');
});

test('all ejected: no healthy upstream, unless panic', () => {
  const run = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1 }));
  play(run, 'e0', '500');
  play(run, 'e1', '500');
  assert.equal(run.picks(1), '-');
  const panic = bench(upstream(hosts(2), { type: 'round-robin' }, { consecutive5xx: 1, minHealthPercent: 1 }));
  play(panic, 'e0', '500');
  play(panic, 'e1', '500');
  assert.equal(panic.picks(2), 'e0 e1');
});

test('an update keeps ejections; without outlier detection all return; a host that leaves makes room', () => {
  const settings = { consecutive5xx: 1, maxEjectionPercent: 50 };
  const policy = { type: 'round-robin' } as const;
  const run = bench(upstream(hosts(2), policy, settings));
  play(run, 'e0', '500');
  run.balancer.update(upstream(hosts(2), policy, settings));
  assert.equal(run.picks(2), 'e1 e1');
  run.balancer.update(upstream([endpoint('e1'), endpoint('e2')], policy, settings));
  assert.equal(run.clock.pendingTimers, 0);
  play(run, 'e1', '500');
  assert.equal(run.picks(1), 'e2');
  run.balancer.update(upstream([endpoint('e1'), endpoint('e2')], policy));
  assert.equal(ejections(run), 'e0 ejected, e1 ejected, e1 returned');
  assert.equal(run.clock.pendingTimers, 0);
});

/** Envoy's rules once more, as plainly as possible: what the detector must agree with after any history. */
class Model {
  readonly ejectedUntil = new Map<string, number>();
  readonly streak = new Map<string, number>();
  readonly multiplier = new Map<string, number>();
  readonly returnedAt = new Map<string, number>();
  readonly #settings: OutlierDetection;
  readonly #count: number;

  constructor(settings: OutlierDetection, count: number) {
    this.#settings = settings;
    this.#count = count;
  }

  tick(now: number): void {
    for (const [id, until] of this.ejectedUntil) {
      if (until > now) continue;
      this.ejectedUntil.delete(id);
      this.returnedAt.set(id, until);
      this.streak.set(id, 0);
    }
  }

  answer(id: string, status: number, now: number): void {
    const streak = status >= 500 ? (this.streak.get(id) ?? 0) + 1 : 0;
    this.streak.set(id, streak);
    if (streak !== this.#settings.consecutive5xx) return;
    this.streak.set(id, 0);
    if (this.ejectedUntil.has(id)) return;
    if ((100 * (this.ejectedUntil.size + 1)) / this.#count > this.#settings.maxEjectionPercent) return;
    const { baseEjectionMs, intervalMs } = this.#settings;
    const maximum = Math.max(this.#settings.maxEjectionMs, baseEjectionMs);
    let multiplier = this.multiplier.get(id) ?? 0;
    for (let at = (this.returnedAt.get(id) ?? 0) + intervalMs; at <= now && multiplier > 0; at += intervalMs)
      multiplier--;
    if (multiplier * baseEjectionMs < maximum + baseEjectionMs) multiplier++;
    this.multiplier.set(id, multiplier);
    this.ejectedUntil.set(id, now + Math.min(maximum, multiplier * baseEjectionMs));
  }
}

test('agrees with a plain model of the rules after any history', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ host: fc.nat(4), status: fc.constantFrom(200, 500, 500, 500) }) },
    { weight: 1, arbitrary: fc.record({ wait: fc.constantFrom(1, 500, 1000, 3000, 10_000) }) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.constantFrom(20, 40, 60, 100),
      fc.integer({ min: 1, max: 3 }),
      (steps, maxEjectionPercent, consecutive5xx) => {
        const settings: OutlierDetection = {
          ...outlierDefaults,
          consecutive5xx,
          maxEjectionPercent,
          intervalMs: 1000,
          baseEjectionMs: 3000,
          maxEjectionMs: 8000,
        };
        const run = bench(upstream(hosts(5), { type: 'round-robin' }, settings));
        const model = new Model(settings, 5);
        for (const action of steps) {
          if ('wait' in action) {
            run.clock.advance(action.wait);
            model.tick(run.clock.now());
          } else {
            play(run, `e${action.host}`, String(action.status));
            model.answer(`e${action.host}`, action.status, run.clock.now());
          }
          const inUse = new Set(run.picks(5).split(' '));
          inUse.delete('-');
          const wanted = hosts(5).filter(({ id }) => !model.ejectedUntil.has(id));
          assert.deepEqual([...inUse].sort(), wanted.map(({ id }) => id).sort());
          assert.ok((model.ejectedUntil.size / 5) * 100 <= maxEjectionPercent);
          assert.equal(run.clock.pendingTimers, model.ejectedUntil.size);
        }
      },
    ),
    { numRuns: 300, seed: 4 },
  );
});
