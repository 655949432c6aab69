import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceHealth, nodeHealth, requestHealth } from '../../../src/engine/topology/health.ts';
import { noTotals, type Totals } from '../../../src/engine/topology/totals.ts';
import type { InstanceState, TopologyInstance } from '../../../src/shared/topology.ts';

process.env.TZ = 'UTC';

/** Narrow no-break spaces before units, written as plain ones here. */
const plain = (reason: string): string => reason.replaceAll('\u202f', ' ');

function totals(codes: Record<string, number>): Totals {
  const count = Object.values(codes).reduce((sum, amount) => sum + amount, 0);
  return { ...noTotals, count, codes: new Map(Object.entries(codes)), protocol: 'http' };
}

// Kiali's defaults: 5xx and no answer degrade from the first on and fail at 10 %, 4xx at 10 and 20 %, gRPC as 5xx.
const requests: [codes: Record<string, number>, health: string, reason: string][] = [
  [{ '200': 293 }, 'healthy', 'No errors in 293 inbound requests in 60 s'],
  [{ '200': 1 }, 'healthy', 'No errors in 1 inbound request in 60 s'],
  [{ '200': 281, '503 UH': 12 }, 'degraded', '4.1 % of inbound requests answer 503 (UH): 12 of 293 in 60 s'],
  [{ '200': 100_000, '500': 1 }, 'degraded', '< 0.01 % of inbound requests answer 500: 1 of 100001 in 60 s'],
  [{ '200': 90, '503 UH': 10 }, 'failing', '10 % of inbound requests answer 503 (UH): 10 of 100 in 60 s'],
  [
    { '200': 80, '503 UH': 15, '500': 5 },
    'failing',
    '20 % of inbound requests answer 503 (UH) and the like: 20 of 100 in 60 s',
  ],
  [{ '200': 95, '404': 5 }, 'healthy', '5 % of inbound requests fail, which is tolerated: 5 of 100 in 60 s'],
  [{ '200': 90, '404': 10 }, 'degraded', '10 % of inbound requests answer 404: 10 of 100 in 60 s'],
  [{ '200': 80, '404': 20 }, 'failing', '20 % of inbound requests answer 404: 20 of 100 in 60 s'],
  [{ '200': 99, '- DC': 1 }, 'degraded', '1 % of inbound requests get no answer (DC): 1 of 100 in 60 s'],
  [{ '0': 99, '14': 1 }, 'degraded', '1 % of inbound requests end with gRPC status 14: 1 of 100 in 60 s'],
  [{ '0': 99, '503 UH': 1 }, 'degraded', '1 % of inbound requests answer 503 (UH): 1 of 100 in 60 s'],
  // Of two exceeded tolerances the worse one speaks.
  [{ '200': 70, '503': 5, '404': 25 }, 'failing', '25 % of inbound requests answer 404: 25 of 100 in 60 s'],
  [{}, 'idle', 'No requests in 60 s'],
];
for (const [codes, health, reason] of requests) {
  test(`${JSON.stringify(codes)} is ${health}`, () => {
    const state = requestHealth({ totals: totals(codes), window: 60, what: 'inbound requests' });
    assert.deepEqual([state.health, plain(state.reason)], [health, reason]);
  });
}

function instances(...states: InstanceState[]): TopologyInstance[] {
  return states.map((state, index) => ({
    id: `bookinfo/ratings-v1-${index}`,
    name: `ratings-v1-${index}`,
    address: '127.0.0.1:1',
    state,
    since: `2026-01-01T00:1${4 + index}:00.000Z`,
    ...(state === 'down' ? { reason: 'killed by SIGKILL' } : {}),
  }));
}

const byInstances: [states: InstanceState[], health: string | undefined, reason?: string][] = [
  [[], undefined],
  [['ready'], 'healthy', '1 instance ready'],
  [['ready', 'ready'], 'healthy', '2 instances ready'],
  [['down', 'ready'], 'degraded', '1 of 2 instances down since 00:14'],
  [['ready', 'ejected', 'ejected'], 'degraded', '2 of 3 instances ejected since 00:15'],
  [['down', 'unhealthy', 'ready'], 'degraded', '2 of 3 instances down or unhealthy since 00:14'],
  [['down', 'down'], 'failing', 'All 2 instances down since 00:14'],
  [['down'], 'failing', 'Its only instance is down since 00:14: killed by SIGKILL'],
  [['stopped', 'stopped'], 'idle', 'Stopped since 00:14'],
  [['stopped', 'ready'], 'healthy', '1 instance ready'],
  [['starting'], 'unknown', 'Starting'],
  [['starting', 'starting'], 'unknown', '2 instances are starting'],
  [['starting', 'ready'], 'healthy', '1 instance ready'],
];
for (const [states, health, reason] of byInstances) {
  test(`instances ${states.join(', ') || '(none)'} are ${health ?? 'no statement'}`, () => {
    const state = instanceHealth(instances(...states));
    assert.deepEqual([state?.health, state?.reason], [health, reason]);
  });
}

const nodes: [
  name: string,
  states: InstanceState[],
  inbound: Record<string, number>,
  outbound: Record<string, number>,
  reason: string,
][] = [
  ['all well', ['ready'], { '200': 10 }, { '200': 5 }, 'No errors in 10 inbound requests in 60 s'],
  ['nothing flows', ['ready'], {}, {}, 'No requests in 60 s'],
  ['it only calls', ['ready'], {}, { '200': 5 }, 'No errors in 5 outbound requests in 60 s'],
  ['a dead instance beside clean traffic', ['down', 'ready'], { '200': 10 }, {}, '1 of 2 instances down since 00:14'],
  [
    'worse requests than instances',
    ['down', 'ready'],
    { '200': 5, '503': 5 },
    {},
    '50 % of inbound requests answer 503: 5 of 10 in 60 s',
  ],
  [
    'what it calls fails',
    ['ready'],
    { '200': 10 },
    { '200': 9, '503 UH': 1 },
    '10 % of outbound requests answer 503 (UH): 1 of 10 in 60 s',
  ],
  ['stopped', ['stopped'], {}, {}, 'Stopped since 00:14'],
  ['starting', ['starting'], {}, {}, 'Starting'],
  [
    'an instance that went down while nothing flows',
    ['down'],
    {},
    {},
    'Its only instance is down since 00:14: killed by SIGKILL',
  ],
];
for (const [name, states, inbound, outbound, reason] of nodes) {
  test(`a node says the worst: ${name}`, () => {
    const state = nodeHealth(instances(...states), totals(inbound), totals(outbound), 60);
    assert.equal(plain(state.reason), reason);
  });
}
