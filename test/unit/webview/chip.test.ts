import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TopologyEdge } from '../../../src/shared/topology.ts';
import { chipOf } from '../../../src/webview/view-model/chip.ts';
import { edgeLook } from '../../../src/webview/view-model/edge-look.ts';
import { sampleEdge, sampleRates } from './topology-samples.ts';

describe('chip of an edge', () => {
  const cases: readonly (readonly [string, Partial<TopologyEdge>, string | undefined])[] = [
    ['the rate', { traffic: sampleRates({ requests: 48 }) }, '48/s'],
    ['the share where traffic splits', { traffic: sampleRates({ requests: 29 }), share: 0.6 }, '60 %'],
    [
      'errors when there are any',
      { traffic: sampleRates({ requests: 5, errorShare: 0.041 }), share: 0.1 },
      '10 % · 4 % errors',
    ],
    ['bytes of TCP', { traffic: sampleRates({ bytes: 2048 }), protocol: 'tcp' }, '2.05 kB/s'],
    ['a share of nothing', { share: 0 }, '0 %'],
    ['nothing where nothing flows', {}, undefined],
  ];
  for (const [title, edge, expected] of cases) {
    it(`says ${title}`, () => {
      assert.equal(chipOf(sampleEdge('a', 'b', edge))?.text.replaceAll('\u2009', ' '), expected);
    });
  }

  it('has a lock as closed as the hop', () => {
    const lock = (mutualTls: number): string | undefined =>
      chipOf(sampleEdge('a', 'b', { mutualTls, traffic: sampleRates({ requests: 1 }) }))?.lock;
    assert.deepEqual([lock(0), lock(0.4), lock(1)], ['none', 'partial', 'full']);
  });
});

describe('look of an edge', () => {
  const look = (edge: Partial<TopologyEdge>): ReturnType<typeof edgeLook> => edgeLook(sampleEdge('a', 'b', edge));

  it('grows with the logarithm of the rate, within bounds', () => {
    const widths = [1, 10, 100, 1000, 1e9].map((requests) => look({ traffic: sampleRates({ requests }) }).width);
    assert.deepEqual(widths, [2, 2.75, 4, 5.25, 6]);
  });

  it('is dashed where nothing flowed, coloured only where something is wrong', () => {
    assert.deepEqual(look({}), { width: 1.25, idle: true, declared: false, tone: 'normal' });
    assert.deepEqual(look({ layer: 'declared' }), { width: 1, idle: true, declared: true, tone: 'normal' });
    assert.equal(look({ health: { health: 'idle', reason: '' } }).tone, 'normal');
    assert.equal(look({ health: { health: 'failing', reason: '' } }).tone, 'failing');
    assert.equal(look({ layer: 'hypothetical', health: { health: 'failing', reason: '' } }).tone, 'preview');
  });
});
