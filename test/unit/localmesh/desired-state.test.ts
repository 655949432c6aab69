import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DesiredStateFile, isToBeResumed, nothingDesired } from '../../../src/engine/localmesh/desired-state.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-state-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('what was desired is there for the next engine', async () => {
  const storage = path.join(folder, 'kept');
  const first = new DesiredStateFile(storage);
  assert.deepEqual(await first.load(), nothingDesired);
  await Promise.all([
    first.update({ running: true, file: '/project/meshlens.yaml' }),
    first.update({ stopped: ['bookinfo/details-v1'], ports: { registry: 8500, metrics: 9090, otlp: 4318 } }),
  ]);
  assert.deepEqual(await new DesiredStateFile(storage).load(), {
    running: true,
    endedAt: undefined,
    file: '/project/meshlens.yaml',
    stopped: ['bookinfo/details-v1'],
    ports: { registry: 8500, metrics: 9090, otlp: 4318 },
  });
  assert.equal(
    (await stat(path.join(storage, 'local-mesh.json'))).mode & 0o077,
    0,
    'for the owner only: it holds a token',
  );
});

test('a damaged file means nothing was desired', async () => {
  for (const text of [
    '',
    '{"running": tr',
    '[]',
    '"running"',
    '{"running":"yes","stopped":"all","ports":{"registry":70000,"metrics":"x"}}',
  ]) {
    await writeFile(path.join(folder, 'local-mesh.json'), text);
    assert.deepEqual({ ...(await new DesiredStateFile(folder).load()) }, nothingDesired, text);
  }
});

test('without a folder nothing is written', async () => {
  const state = new DesiredStateFile(undefined);
  await state.update({ running: true });
  assert.equal(state.current.running, true);
  await assert.rejects(readFile(path.join(folder, 'undefined'), 'utf8'));
});

test('a crash and a reload go on where they were; a mesh of yesterday does not', () => {
  const running = { ...nothingDesired, running: true };
  assert.equal(isToBeResumed(running, 1_000_000), true);
  assert.equal(isToBeResumed({ ...running, endedAt: 990_000 }, 1_000_000), true);
  assert.equal(isToBeResumed({ ...running, endedAt: 900_000 }, 1_000_000), false);
  assert.equal(isToBeResumed(nothingDesired, 1_000_000), false);
});

test('the next change takes back the farewell', async () => {
  const state = new DesiredStateFile(undefined);
  await state.update({ running: true, endedAt: 5 });
  await state.update({ stopped: ['details-v1-0'] });
  assert.equal(state.current.endedAt, undefined);
});
