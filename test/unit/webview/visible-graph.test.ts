import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Health } from '../../../src/shared/health.ts';
import { bookinfoGraph } from '../../webview/bookinfo.ts';
import { generatedMesh } from '../../webview/generated-mesh.ts';
import { attentionItems } from '../../../src/webview/view-model/attention.ts';
import { connectionsOf } from '../../../src/webview/view-model/connections.ts';
import { find } from '../../../src/webview/view-model/find.ts';
import { elementRows } from '../../../src/webview/view-model/element-rows.ts';
import { healthChanges } from '../../../src/webview/view-model/health-changes.ts';
import { highlightOf } from '../../../src/webview/view-model/highlight.ts';
import { visibleGraph } from '../../../src/webview/view-model/visible-graph.ts';
import { sampleEdge, sampleGraph, sampleNode, sampleRates } from './topology-samples.ts';

const all = {
  showDeclaredEdges: true,
  showIdleEdges: true,
  showIdleNodes: true,
  groupLarge: true,
  opened: new Set<string>(),
};
const bookinfo = visibleGraph(bookinfoGraph(), all);

describe('what of a graph is drawn', () => {
  it('leaves a mesh of 300 as it is and groups a larger one by namespace', () => {
    assert.equal(visibleGraph(generatedMesh(300, 900), all).nodes.length, 300);
    const large = visibleGraph(generatedMesh(500, 1500), all);
    assert.equal(large.nodes.length, 20);
    assert.ok(large.nodes.every((node) => node.kind === 'namespace' && node.members === 25));
    const opened = visibleGraph(generatedMesh(500, 1500), { ...all, opened: new Set(['team-03']) });
    assert.equal(opened.nodes.length, 44);
    assert.deepEqual([opened.opened, large.opened, opened.collapsed.length], [['team-03'], [], 19]);
    assert.equal(visibleGraph(generatedMesh(500, 1500), { ...all, groupLarge: false }).nodes.length, 500);
  });

  it('says of a closed namespace how many of it are not well, and finds it by what is in it', () => {
    const mesh = generatedMesh(500, 1500);
    const [first, second, third] = mesh.nodes.filter(({ namespace }) => namespace === 'team-03');
    assert.ok(first && second && third);
    const ill = new Map<string, Health>([
      [first.id, 'failing'],
      [second.id, 'degraded'],
      [third.id, 'degraded'],
    ]);
    const nodes = mesh.nodes.map((node) => ({
      ...node,
      health: { health: ill.get(node.id) ?? 'healthy', reason: '' },
      ...(node.id === second.id ? { label: 'needle', app: 'needle' } : {}),
    }));
    const graph = visibleGraph({ ...mesh, nodes }, all);
    const card = graph.nodes.find(({ namespace }) => namespace === 'team-03');
    assert.deepEqual(card?.health, { health: 'failing', reason: '1 failing and 2 degraded of 25 nodes' });
    assert.deepEqual([...find('needle', graph).nodes], [card.id]);
    assert.deepEqual([...find('needle failing', graph).nodes], [], 'one node must fit as a whole');
  });

  it('adds up the calls between closed namespaces', () => {
    const mesh = generatedMesh(500, 1500);
    const between = mesh.edges.filter(
      (edge) =>
        mesh.nodes.find((node) => node.id === edge.source)?.namespace !==
        mesh.nodes.find((node) => node.id === edge.target)?.namespace,
    );
    const sum = (edges: readonly { traffic: { requests: number } }[]): number =>
      edges.reduce((total, edge) => total + edge.traffic.requests, 0);
    const large = visibleGraph(mesh, all);
    assert.ok(Math.abs(sum(large.edges) - sum(between)) < 1e-6);
    assert.equal(new Set(large.edges.map((edge) => edge.id)).size, large.edges.length);
  });

  it('leaves out idle edges on demand', () => {
    const graph = bookinfoGraph({ shares: [1, 0, 0] });
    const shown = visibleGraph(graph, { ...all, showIdleEdges: false });
    assert.deepEqual(shown.edges.map((edge) => edge.target).sort(), [
      'details',
      'ingress',
      'productpage',
      'reviews-v1',
    ]);
  });
});

describe('what wants attention', () => {
  it('comes worst first, and then by traffic', () => {
    const graph = sampleGraph([
      sampleNode('slow', { health: { health: 'degraded', reason: 'slow' }, inbound: sampleRates({ requests: 9 }) }),
      sampleNode('busy', { health: { health: 'degraded', reason: 'busy' }, inbound: sampleRates({ requests: 90 }) }),
      sampleNode('broken', { health: { health: 'failing', reason: 'broken' } }),
      sampleNode('fine'),
    ]);
    assert.deepEqual(
      attentionItems(graph).map((item) => item.title),
      ['broken', 'busy', 'slow'],
    );
  });

  it('names an edge only where its target does not say it already', () => {
    const sick = { health: 'degraded', reason: '2 % errors' } as const;
    const graph = sampleGraph(
      [sampleNode('a'), sampleNode('b'), sampleNode('c', { health: sick })],
      [sampleEdge('a', 'b', { health: sick }), sampleEdge('a', 'c', { health: sick })],
    );
    assert.deepEqual(
      attentionItems(graph).map((item) => item.title),
      ['a → b', 'c'],
    );
  });
});

describe('neighbours', () => {
  it('lists who calls and who is called, with shares', () => {
    const { inbound, outbound } = connectionsOf('productpage', bookinfo);
    assert.deepEqual(
      inbound.map(({ name, part }) => [name, part]),
      [['ingress', 1]],
    );
    assert.deepEqual(
      outbound.map(({ name }) => name),
      ['details', 'reviews v1', 'reviews v2', 'reviews v3'],
    );
    assert.deepEqual(
      outbound.slice(1).map(({ part }) => part),
      [0.6, 0.3, 0.1],
    );
  });

  it('stay bright while one is selected', () => {
    const { bright, emphasised } = highlightOf(bookinfo, 'reviews-v3', undefined, undefined);
    assert.deepEqual([...(bright ?? [])].sort(), [
      'edge/productpage/reviews-v3',
      'edge/reviews-v3/ratings',
      'productpage',
      'ratings',
      'reviews-v3',
    ]);
    assert.equal(emphasised.size, 2);
    assert.equal(highlightOf(bookinfo, 'gone', undefined, undefined).bright, undefined);
  });
});

describe('list beside the picture', () => {
  it('has every node with the calls it makes', () => {
    const rows = elementRows(bookinfo, new Set());
    assert.equal(rows.filter((row) => row.kind === 'node').length, 8);
    assert.equal(rows.filter((row) => row.kind === 'edge').length, 8);
    const v3 = rows.find((row) => row.id === 'reviews-v3');
    assert.equal(
      v3?.kind === 'node' && v3.text.replaceAll('\u2009', ' '),
      'degraded, 4.8/s, 4.1 % errors, 9 ms, 2 of 2 ready',
    );
    const split = rows.find((row) => row.id === 'edge/productpage/reviews-v1');
    assert.equal(split?.kind === 'edge' && split.text.replaceAll('\u2009', ' '), '60 %, 28.8/s, mutual TLS');
  });

  it('closes the calls of a node', () => {
    const rows = elementRows(bookinfo, new Set(['productpage']));
    assert.equal(rows.filter((row) => row.kind === 'edge').length, 4);
  });
});

describe('changes of health', () => {
  it('are told when something turns bad or good again', () => {
    const bad = bookinfoGraph();
    const good = bookinfoGraph({ ratingsDown: false, v3Errors: 0 });
    assert.deepEqual(healthChanges(undefined, bad), []);
    assert.deepEqual(healthChanges(bad, good), ['ratings is healthy again.', 'reviews v3 is healthy again.']);
    assert.deepEqual(healthChanges(good, bad)[0], 'ratings is degraded. 1 of 2 instances is down since 00:14');
  });
});
