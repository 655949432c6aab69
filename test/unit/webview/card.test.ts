import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstanceState, TopologyInstance } from '../../../src/shared/topology.ts';
import { cardOf, instanceNote } from '../../../src/webview/view-model/card.ts';
import { measure, sampleNode, sampleRates } from './topology-samples.ts';

function instance(name: string, state: InstanceState, since = '2026-11-23T00:14:00'): TopologyInstance {
  return { id: name, name, address: '127.0.0.1:1', state, since };
}

describe('card', () => {
  it('says version, rate and latency in its quiet line', () => {
    const inbound = sampleRates({ requests: 48, p50: 20.6 });
    const line = (node: Parameters<typeof sampleNode>[1]): string =>
      cardOf(sampleNode('a', { inbound, ...node }), measure).line.replaceAll('\u2009', ' ');
    assert.equal(line({ version: 'v1' }), 'v1 · 48/s · 21 ms');
    assert.equal(line({ version: 'v1', label: 'v1' }), '48/s · 21 ms', 'the title is the version');
    assert.equal(line({ kind: 'gateway' }), 'gateway · 48/s · 21 ms');
    assert.equal(line({ inbound: sampleRates(), version: 'v2' }), 'v2 · idle');
    const unknown = { health: 'unknown', reason: 'Its traffic is not known' } as const;
    assert.equal(line({ inbound: sampleRates(), health: unknown }), 'no metrics', 'nobody measures: not idle');
    const half = { inbound: sampleRates(), instances: [instance('a', 'ready'), instance('b', 'down')] };
    assert.equal(line({ ...half, health: { health: 'degraded', reason: '' } }), '1 ready');
    assert.equal(line({ ...half, health: { health: 'idle', reason: '' } }), 'idle');
    assert.equal(line({ kind: 'traffic-source', outbound: sampleRates({ requests: 7, p50: 3 }) }), '7/s');
    assert.equal(line({ kind: 'namespace', members: 25 }), '25 nodes · 48/s');
  });

  it('has a shape beside the colour of its health', () => {
    const badge = (health: 'healthy' | 'degraded' | 'failing' | 'idle'): string =>
      cardOf(sampleNode('a', { health: { health, reason: '' } }), measure).badge;
    assert.deepEqual([badge('healthy'), badge('idle'), badge('degraded'), badge('failing')], ['', '', '!', '×']);
  });

  it('keeps its size when numbers change', () => {
    const size = (requests: number): unknown =>
      cardOf(sampleNode('details', { version: 'v1', inbound: sampleRates({ requests, p50: requests }) }), measure).size;
    assert.deepEqual(size(0), size(98_765));
  });

  it('tells which instances are missing, since when', () => {
    assert.equal(instanceNote([instance('a', 'ready'), instance('b', 'starting')]), '');
    assert.equal(instanceNote([instance('a', 'ready'), instance('b', 'down')]), '1 of 2 instances down since 00:14');
    assert.equal(instanceNote([instance('a', 'stopped')]), 'Only instance stopped since 00:14');
    assert.equal(
      instanceNote([instance('a', 'down', '2026-11-23T00:20:00'), instance('b', 'stopped'), instance('c', 'ready')]),
      '2 of 3 instances not serving since 00:14',
    );
    assert.equal(
      instanceNote([instance('a', 'ready'), instance('b', 'ejected')]),
      '1 of 2 instances ejected since 00:14',
    );
  });

  it('has marks for four instances and counts the others', () => {
    const instances = Array.from({ length: 7 }, (_, index) => instance(String(index), 'ready'));
    const { marks, moreMarks } = cardOf(sampleNode('a', { instances }), measure);
    assert.deepEqual([marks.length, moreMarks], [4, 3]);
  });
});
