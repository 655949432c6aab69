import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEndpoints } from '../../../src/engine/devproxy/choose-endpoints.ts';
import type { ModelEndpoint } from '../../../src/engine/model/endpoints.ts';

/** `a1` is the first pod of the workload `a`. */
const endpoint = (name: string): ModelEndpoint => ({
  id: `shop/${name}`,
  address: '10.0.0.1',
  port: 80,
  weight: 1,
  health: 'healthy',
  workload: name.slice(0, 1),
  namespace: 'shop',
  app: 'shop',
  version: '',
  labels: {},
  serviceAccount: 'default',
  meshed: false,
  workloadPort: 80,
  pod: { namespace: 'shop', name, port: 80 },
});

const cases: readonly (readonly [what: string, all: string, present: string, limit: number, chosen: string])[] = [
  ['all where there is room', 'a1 a2 b1', '', 16, 'a1 a2 b1'],
  ['each workload has one before any has two', 'a1 a2 a3 b1 c1', '', 4, 'a1 a2 b1 c1'],
  ['those with a tunnel first', 'a1 a2 a3 a4', 'a3 a4', 2, 'a3 a4'],
  ['also where that is another workload', 'a1 a2 b1 b2', 'b2', 2, 'a1 b2'],
  ['fewer than workloads', 'a1 b1 c1', 'c1', 2, 'a1 c1'],
  ['none', 'a1 b1', '', 0, ''],
  ['nobody', '', '', 4, ''],
];

const names = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

for (const [what, all, present, limit, chosen] of cases) {
  test(what, () => {
    const found = chooseEndpoints(names(all).map(endpoint), limit, ({ pod }) =>
      names(present).includes(pod?.name ?? ''),
    );
    assert.deepEqual(
      found.map(({ pod }) => pod?.name),
      names(chosen),
    );
  });
}
