import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find } from '../../../src/webview/view-model/find.ts';
import { sampleEdge, sampleGraph, sampleNode, sampleRates } from './topology-samples.ts';

const graph = sampleGraph(
  [
    sampleNode('page', { app: 'productpage', label: 'productpage', inbound: sampleRates({ requests: 48, p95: 60 }) }),
    sampleNode('v1', { app: 'reviews', label: 'v1', version: 'v1', inbound: sampleRates({ requests: 30, p95: 10 }) }),
    sampleNode('v2', {
      app: 'reviews',
      label: 'v2',
      version: 'v2',
      namespace: 'beta',
      inbound: sampleRates({ requests: 3, errorShare: 0.05, p95: 1500 }),
      health: { health: 'failing', reason: '' },
    }),
  ],
  [
    sampleEdge('page', 'v1', { share: 0.9, mutualTls: 1, traffic: sampleRates({ requests: 30, p95: 10 }) }),
    sampleEdge('page', 'v2', { share: 0.1, traffic: sampleRates({ requests: 3, errorShare: 0.05 }) }),
  ],
);

describe('find', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['reviews', ['v1', 'v2']],
    ['REVIEWS v2', ['v2']],
    ['errors > 1 %', ['v2', 'page>v2']],
    ['errors>1%', ['v2', 'page>v2']],
    ['errors > 1 % reviews', ['v2']],
    ['failing', ['v2']],
    ['!failing reviews', ['v1']],
    ['version = v1 OR ns = beta', ['v1', 'v2']],
    ['p95 > 1 s', ['v2']],
    ['p95 > 50ms', ['page', 'v2']],
    ['rate >= 30', ['page', 'v1', 'page>v1']],
    ['share < 50', ['page>v2']],
    ['mtls = 100', ['page>v1']],
    ['name:page', ['page']],
    ['name ~ "reviews v1"', ['v1']],
    ['app != reviews', ['page']],
  ];
  for (const [text, expected] of cases) {
    it(`reads “${text}”`, () => {
      const { nodes, edges, problem } = find(text, graph);
      assert.equal(problem, undefined);
      assert.deepEqual([...nodes, ...edges], expected);
    });
  }

  it('says what it does not understand, and then finds nothing', () => {
    assert.match(find('colour = red', graph).problem ?? '', /no field “colour”/);
    assert.match(find('errors > many', graph).problem ?? '', /“many” is not a number/);
    assert.match(find('version > v1', graph).problem ?? '', /is text/);
    assert.equal(find('reviews OR colour = red', graph).nodes.size, 0);
  });

  it('ends on any text', () => {
    for (const text of ['"', '!!!', '> > >', '= '.repeat(400), 'a'.repeat(10_000), 'x OR OR y', '%']) find(text, graph);
  });
});
