import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveChecks, type ProbeResult } from '../../../../src/engine/dataplane/balance/active-checks.ts';
import type { ActiveHealthCheck } from '../../../../src/engine/dataplane/data-plane.ts';
import type { UpstreamEndpoint } from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import { FakeClock } from './fake-clock.ts';
import { endpoint } from './upstream-fixture.ts';

const check: ActiveHealthCheck = {
  upstream: 'ratings',
  type: 'http',
  path: '/health',
  intervalMs: 1000,
  timeoutMs: 300,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
};

interface Probe {
  readonly id: string;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly settle: (result: ProbeResult) => void;
  readonly fail: (error: Error) => void;
}

/** `random` of 0.5 makes every round exactly the interval, and the first probe come after 125 ms. */
function harness(endpoints: readonly UpstreamEndpoint[], checks: readonly ActiveHealthCheck[] = [check], random = 0.5) {
  const clock = new FakeClock();
  const probes: Probe[] = [];
  const reports: string[] = [];
  const state = { endpoints };
  const active = new ActiveChecks(checks, {
    probe: (_, { id }, signal) =>
      new Promise((settle, fail) => void probes.push({ id, at: clock.now(), signal, settle, fail })),
    endpointsOf: (upstream) => (upstream === 'ratings' ? state.endpoints : []),
    report: (upstream, id, passed, detail) =>
      void reports.push(`${upstream} ${id} ${passed ? 'up' : 'down'}: ${detail}`),
    setTimer: clock.setTimer,
    random: () => random,
  });
  return {
    clock,
    probes,
    reports,
    state,
    active,
    /** Waits for the next round and answers it. */
    async round(passed: boolean): Promise<void> {
      const before = probes.length;
      while (probes.length === before) {
        clock.advance(25);
        await settled();
      }
      probes.at(-1)?.settle({ passed, detail: passed ? 'answered 200' : 'answered 500' });
      await settled();
    },
  };
}

/** Lets promise callbacks run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the first pass counts at once, then thresholds in a row', async () => {
  const run = harness([endpoint('a')]);
  for (const passed of [true, true, false, false, true, false, false, false, false, true, false, true, true, true]) {
    await run.round(passed);
  }
  assert.deepEqual(run.reports, [
    'ratings a up: answered 200',
    'ratings a down: answered 500',
    'ratings a up: answered 200',
  ]);
  assert.equal(run.probes.length, 14);
  run.active.dispose();
});

test('an endpoint that never passed needs the threshold to be called down', async () => {
  const run = harness([endpoint('a')]);
  await run.round(false);
  await run.round(false);
  assert.deepEqual(run.reports, []);
  await run.round(false);
  assert.deepEqual(run.reports, ['ratings a down: answered 500']);
  // Known as down: two passes from now on.
  await run.round(true);
  assert.equal(run.reports.length, 1);
  await run.round(true);
  assert.equal(run.reports.length, 2);
  run.active.dispose();
});

test('a probe that rejects has failed', async () => {
  const run = harness([endpoint('a')], [{ ...check, unhealthyThreshold: 1 }]);
  run.clock.advance(125);
  await settled();
  run.probes[0]?.fail(new Error('no route to host'));
  await settled();
  assert.deepEqual(run.reports, ['ratings a down: no route to host']);
  run.active.dispose();
});

test('a slow probe is aborted and has failed; its late answer counts for nothing', async () => {
  const run = harness([endpoint('a')], [{ ...check, unhealthyThreshold: 1 }]);
  run.clock.advance(125);
  await settled();
  const [probe] = run.probes;
  run.clock.advance(299);
  assert.equal(probe?.signal.aborted, false);
  run.clock.advance(1);
  assert.equal(probe?.signal.aborted, true);
  assert.deepEqual(run.reports, ['ratings a down: no answer within 300 ms']);
  probe?.settle({ passed: true, detail: 'late' });
  await settled();
  assert.equal(run.reports.length, 1);
  run.active.dispose();
});

test('one probe of an endpoint at a time, even if it does not end', async () => {
  const run = harness([endpoint('a')]);
  run.clock.advance(10_000);
  await settled();
  assert.equal(run.probes.length, 1);
  assert.deepEqual(run.reports, ['ratings a down: the previous check has not ended']);
  run.probes[0]?.settle({ passed: false, detail: '' });
  await settled();
  run.clock.advance(1000);
  await settled();
  assert.equal(run.probes.length, 2);
  run.active.dispose();
});

test('rounds are spread by a tenth of the interval', async () => {
  for (const [random, wanted] of [
    [0, [25, 900, 1800]],
    [0.75, [187.5, 1237.5, 2287.5]],
  ] as const) {
    const run = harness([endpoint('a')], [check], random);
    for (let turn = 0; turn < 3; turn++) await run.round(true);
    // The harness moves in steps of 25 ms; a probe starts after the step in which its timer was due.
    assert.deepEqual(
      run.probes.map(({ at }) => Math.floor(at / 25)),
      wanted.map((at) => Math.ceil(at / 25)),
    );
    run.active.dispose();
  }
});

test('endpoints that come are checked, those that go are not', async () => {
  const run = harness([endpoint('a')]);
  run.clock.advance(200);
  await settled();
  const [first] = run.probes;
  run.state.endpoints = [endpoint('b')];
  run.clock.advance(1000);
  await settled();
  assert.equal(first?.signal.aborted, true);
  assert.deepEqual(run.reports, []);
  run.clock.advance(200);
  await settled();
  assert.deepEqual([...new Set(run.probes.map(({ id }) => id))], ['a', 'b']);
  run.active.dispose();
});

test('an update keeps the state of a check that stays the same and drops the others', async () => {
  const run = harness([endpoint('a')]);
  await run.round(false);
  await run.round(false);
  run.active.update([{ ...check }]);
  await run.round(false);
  assert.deepEqual(run.reports, ['ratings a down: answered 500']);
  run.active.update([{ ...check, unhealthyThreshold: 1 }]);
  await run.round(false);
  assert.equal(run.reports.length, 2);
  run.active.update([]);
  assert.equal(run.clock.pendingTimers, 0);
});

test('nothing goes on after dispose', async () => {
  const run = harness([endpoint('a')]);
  run.clock.advance(125);
  await settled();
  run.active.dispose();
  assert.equal(run.probes[0]?.signal.aborted, true);
  assert.equal(run.clock.pendingTimers, 0);
  run.active.update([check]);
  assert.equal(run.clock.pendingTimers, 0);
  run.probes[0]?.settle({ passed: false, detail: '' });
  await settled();
  assert.deepEqual(run.reports, []);
});
