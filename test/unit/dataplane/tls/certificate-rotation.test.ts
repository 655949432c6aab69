import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeafCertificate } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { CertificateRotation } from '../../../../src/engine/dataplane/tls/certificate-rotation.ts';
import { FakeClock } from '../balance/fake-clock.ts';

const principal = 'spiffe://cluster.local/ns/bookinfo/sa/reviews';
const minute = 60_000;

function harness(random: number, lifeMs = 100 * minute) {
  const clock = new FakeClock();
  const rotated: string[] = [];
  const failed: string[] = [];
  const state = { issued: 0, fails: false, hangs: false };
  const rotation = new CertificateRotation({
    issue: async (of): Promise<LeafCertificate> => {
      if (state.hangs) await new Promise(() => undefined);
      if (state.fails) throw new Error('the authority is away');
      state.issued++;
      return Promise.resolve({
        certificatePem: `${of} ${state.issued}`,
        privateKeyPem: '',
        notAfter: clock.now() + lifeMs,
      });
    },
    onRotated: (of, leaf) => void rotated.push(`${clock.now() / minute} ${leaf.certificatePem.replace(of, '#')}`),
    onFailed: (_, error) => void failed.push(`${clock.now()} ${error instanceof Error ? error.message : ''}`),
    now: clock.now,
    random: () => random,
    setTimer: clock.setTimer,
  });
  return {
    clock,
    rotated,
    failed,
    state,
    rotation,
    /** Advances in small steps, with room for promises in between. */
    async pass(ms: number, step = 500): Promise<void> {
      for (let passed = 0; passed < ms; passed += step) {
        clock.advance(Math.min(step, ms - passed));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('renews between half and four fifths of the life', async () => {
  for (const [random, at] of [
    [0, 50],
    [0.5, 65],
    [0.999999, 80],
  ] as const) {
    const run = harness(random);
    await run.rotation.ensure(principal);
    await run.pass(at * minute - 1000, minute);
    assert.deepEqual(run.rotated, ['0 # 1']);
    await run.pass(2000, 500);
    assert.equal(run.rotated.length, 2);
    assert.equal(run.rotation.leafOf(principal)?.certificatePem, `${principal} 2`);
    run.rotation.dispose();
    assert.equal(run.clock.pendingTimers, 0);
  }
});

test('one leaf for each principal, however often it is asked for', async () => {
  const run = harness(0);
  const leafs = await Promise.all([run.rotation.ensure(principal), run.rotation.ensure(principal)]);
  assert.equal(leafs[0], leafs[1]);
  assert.equal(await run.rotation.ensure(principal), leafs[0]);
  await run.rotation.ensure(`${principal}-2`);
  assert.equal(run.state.issued, 2);
  run.rotation.dispose();
});

test('tries again with growing pauses, keeping the leaf it has', async () => {
  const run = harness(0);
  await run.rotation.ensure(principal);
  run.state.fails = true;
  await run.pass(50 * minute + 20_000, 250);
  // Half of 1, 2, 4, 8 … seconds with a random number of 0.
  assert.deepEqual(
    run.failed.map((line) => (Number(line.split(' ')[0]) - 50 * minute) / 1000),
    [0, 0.5, 1.5, 3.5, 7.5, 15.5],
  );
  assert.equal(run.rotation.leafOf(principal)?.certificatePem, `${principal} 1`);
  run.state.fails = false;
  await run.pass(20_000, 250);
  assert.equal(run.rotation.leafOf(principal)?.certificatePem, `${principal} 2`);
  assert.equal(run.rotated.length, 2);
  run.rotation.dispose();
});

test('the first issue is the caller’s to try again', async () => {
  const run = harness(0);
  run.state.fails = true;
  await assert.rejects(run.rotation.ensure(principal), /authority is away/);
  assert.equal(run.clock.pendingTimers, 0);
  run.state.fails = false;
  await run.rotation.ensure(principal);
  assert.deepEqual(run.rotated, ['0 # 1']);
  run.rotation.dispose();
});

test('a leaf that ran out while the machine slept is not handed out', async () => {
  const run = harness(0, minute);
  await run.rotation.ensure(principal);
  // The clock jumps, no timer fires.
  run.clock.sleep(5 * minute);
  assert.equal((await run.rotation.ensure(principal)).certificatePem, `${principal} 2`);
  run.rotation.dispose();
});

test('sees within half a minute that time has passed without timers', async () => {
  const run = harness(0);
  await run.rotation.ensure(principal);
  run.clock.sleep(70 * minute);
  await run.pass(30_000);
  assert.equal(run.rotated.length, 2);
  run.rotation.dispose();
});

test('after forget and dispose nothing is renewed', async () => {
  const run = harness(0);
  await run.rotation.ensure(principal);
  run.rotation.forget(principal);
  assert.equal(run.rotation.leafOf(principal), undefined);
  assert.equal(run.clock.pendingTimers, 0);

  await run.rotation.ensure(principal);
  const slow = run.rotation.ensure(`${principal}-2`);
  run.rotation.dispose();
  await slow;
  assert.equal(run.clock.pendingTimers, 0);
  assert.equal(run.rotated.length, 2);
  await assert.rejects(run.rotation.ensure(principal), /has ended/);
});
