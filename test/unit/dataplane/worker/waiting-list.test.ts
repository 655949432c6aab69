import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingList, type WaitingRequest } from '../../../../src/engine/dataplane/worker/waiting-requests.ts';

// Compared by identity: the requests look alike.
const setOf = (list: Iterable<WaitingRequest>): Set<WaitingRequest> => new Set(list);
const request = (): WaitingRequest => ({ heading: undefined, waitingPlace: -1 });

test('requests come and go in any order, and may be taken out twice', () => {
  const list = new WaitingList();
  const [a, b, c, never] = [request(), request(), request(), request()];
  const holds = (...expected: WaitingRequest[]): void =>
    assert.ok(setOf(list).size === expected.length && expected.every((one) => setOf(list).has(one)));
  for (const one of [a, b, c]) list.add(one);
  list.remove(never);
  holds(a, b, c);
  list.remove(a);
  list.remove(a);
  holds(b, c);
  list.remove(c);
  holds(b);
  list.add(a);
  holds(a, b);
  list.remove(b);
  list.remove(a);
  holds();
  list.remove(a);
  holds();
});
