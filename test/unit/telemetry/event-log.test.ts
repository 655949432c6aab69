import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../src/shared/mesh-event.ts';
import { EventLog, type NewMeshEvent } from '../../../src/engine/telemetry/event-log.ts';

const down: NewMeshEvent = {
  kind: 'instance-down',
  severity: 'error',
  message: 'ratings-v1-1 is down: killed by SIGKILL.',
  instance: 'bookinfo/ratings-v1-1',
};
const ready: NewMeshEvent = {
  kind: 'instance-ready',
  severity: 'info',
  message: 'ratings-v1-1 is ready.',
  instance: 'bookinfo/ratings-v1-1',
};
const elsewhere: NewMeshEvent = { kind: 'mesh-started', severity: 'info', message: 'The mesh runs.' };

function logAt(limit = 100) {
  const clock = { now: 1000 };
  return { clock, log: new EventLog({ now: () => clock.now, limit }) };
}

test('events are numbered, timed and told', () => {
  const { clock, log } = logAt();
  const told: MeshEvent[] = [];
  const listening = log.onEvent((event) => told.push(event));
  log.add(down);
  clock.now = 2000;
  log.add({ ...ready, time: 1500 });
  listening.dispose();
  log.add(elsewhere);
  assert.deepEqual(
    told.map(({ id, time, kind }) => [id, time, kind]),
    [
      [1, 1000, 'instance-down'],
      [2, 1500, 'instance-ready'],
    ],
  );
  assert.deepEqual(
    log.list(1).map(({ id }) => id),
    [2, 3],
  );
});

test('a repeat is folded into the event it repeats, whatever else happened elsewhere', () => {
  const { clock, log } = logAt();
  log.add(down);
  log.add(elsewhere);
  clock.now = 5000;
  const again = log.add(down);
  assert.deepEqual(
    [again.id, again.time, again.message],
    [1, 5000, 'ratings-v1-1 is down: killed by SIGKILL. (2 times)'],
  );
  assert.equal(log.add(down).message, 'ratings-v1-1 is down: killed by SIGKILL. (3 times)');
  assert.equal(log.list().length, 2);
});

test('down, up and down again are three events', () => {
  const { log } = logAt();
  for (const event of [down, ready, down]) log.add(event);
  assert.deepEqual(
    log.list().map(({ kind }) => kind),
    ['instance-down', 'instance-ready', 'instance-down'],
  );
});

test('after a minute a repeat is news', () => {
  const { clock, log } = logAt();
  log.add(down);
  clock.now = 62_000;
  log.add(down);
  assert.equal(log.list().length, 2);
});

test('only the last ones are kept', () => {
  const { log } = logAt(2);
  for (const event of [down, ready, elsewhere]) log.add(event);
  assert.deepEqual(
    log.list().map(({ id }) => id),
    [2, 3],
  );
});

test('events about instances within a time', () => {
  const { log } = logAt();
  log.add({ ...down, time: 100 });
  log.add({ ...ready, time: 200 });
  log.add({ ...down, instance: 'bookinfo/other', time: 150 });
  log.add({ ...elsewhere, time: 150 });
  const found = log.concerning(new Set(['bookinfo/ratings-v1-1']), 100, 199);
  assert.deepEqual(
    found.map(({ time }) => time),
    [100],
  );
});
