import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parsePanelMessage, parsePanelState } from '../../../src/extension/features/topology/panel-messages.ts';
import { panelProtocolVersion, type PanelState, type PanelToHost } from '../../../src/shared/panel-protocol.ts';

const source = {
  resource: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'bookinfo', name: 'reviews' },
  path: ['spec', 'http', 0],
  uri: 'file:///w/reviews.yaml',
  range: { start: { line: 1, character: 2 }, end: { line: 1, character: 9 } },
};

const messages: readonly PanelToHost[] = [
  { type: 'ready', version: 1 },
  { type: 'error', message: 'no WebGL' },
  {
    type: 'request',
    id: 1,
    method: 'subscribe',
    params: { source: 'local', contexts: [], graphType: 'app', window: 60, namespaces: ['bookinfo'] },
  },
  {
    type: 'request',
    id: 7,
    method: 'subscribe',
    params: { source: 'cluster', contexts: ['kind'], graphType: 'app', window: 21_600, namespaces: [] },
  },
  { type: 'action', action: { action: 'show-clusters' } },
  { type: 'action', action: { action: 'open-metrics-settings' } },
  { type: 'action', action: { action: 'retry-cluster', context: 'kind' } },
  { type: 'action', action: { action: 'open-object', context: 'kind', resource: source.resource } },
  { type: 'request', id: 2, method: 'series', params: { id: 'edge', seconds: 300 } },
  { type: 'request', id: 3, method: 'traces', params: { node: 'n', onlyErrors: true, limit: 20 } },
  { type: 'request', id: 4, method: 'trace', params: { traceId: 'abc' } },
  { type: 'request', id: 5, method: 'status', params: {} },
  { type: 'request', id: 6, method: 'events', params: {} },
  { type: 'action', action: { action: 'open-source', source } },
  { type: 'action', action: { action: 'start-mesh' } },
  { type: 'action', action: { action: 'restart-service', namespace: 'bookinfo', name: 'ratings' } },
  { type: 'action', action: { action: 'send-request', host: 'reviews' } },
  { type: 'action', action: { action: 'show-route', host: 'reviews', from: 'productpage-v1' } },
  { type: 'action', action: { action: 'open-trace', traceId: 'abc' } },
  { type: 'action', action: { action: 'copy', text: 'x' } },
  { type: 'action', action: { action: 'export', format: 'svg', data: '<svg/>' } },
];

describe('messages of the panel', () => {
  for (const message of messages) {
    const name =
      message.type === 'action' ? message.action.action : message.type === 'request' ? message.method : message.type;
    test(`${name} is read as it was sent`, () => {
      assert.deepEqual(parsePanelMessage(JSON.parse(JSON.stringify(message))), message);
    });
  }

  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['an unknown type', { type: 'eval', code: '1' }],
    ['an unknown method', { type: 'request', id: 1, method: 'mesh/local/stop', params: {} }],
    ['a question without an id', { type: 'request', method: 'status', params: {} }],
    [
      'a negative window',
      {
        type: 'request',
        id: 1,
        method: 'subscribe',
        params: { source: 'local', contexts: [], graphType: 'app', window: -1, namespaces: [] },
      },
    ],
    [
      'a source that there is not',
      {
        type: 'request',
        id: 1,
        method: 'subscribe',
        params: { source: 'all', contexts: [], graphType: 'app', window: 1, namespaces: [] },
      },
    ],
    ['an object without a context', { type: 'action', action: { action: 'open-object', resource: source.resource } }],
    ['too many traces', { type: 'request', id: 1, method: 'traces', params: { limit: 1_000_000 } }],
    ['an unknown action', { type: 'action', action: { action: 'run', command: 'x' } }],
    [
      'a range of strings',
      { type: 'action', action: { action: 'open-source', source: { ...source, range: { start: 'a', end: 'b' } } } },
    ],
    ['an export of another format', { type: 'action', action: { action: 'export', format: 'exe', data: '' } }],
  ];
  for (const [what, value] of refused) {
    test(`${what} is refused`, () => assert.equal(parsePanelMessage(value), undefined));
  }

  test('nothing makes the reader throw', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parsePanelMessage(value)));
    const shaped = fc.record(
      {
        type: fc.constantFrom('request', 'action', 'ready'),
        id: fc.anything(),
        method: fc.constantFrom('subscribe', 'traces', 'series'),
        params: fc.anything(),
        action: fc.anything(),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(fc.property(shaped, (value) => void parsePanelMessage(value)));
  });
});

describe('the state of an earlier panel', () => {
  const state: PanelState = {
    source: 'cluster',
    contexts: ['kind'],
    version: panelProtocolVersion,
    view: 'trace',
    traceId: 'abc',
    namespaces: [],
    graphType: 'versionedApp',
    window: 60,
    selection: 'node',
    viewport: { zoom: 1, x: 0, y: 5 },
    positions: { a: { x: 1, y: 2 } },
    showList: true,
    showLegend: false,
    fitted: true,
    provisional: ['ratings'],
  };

  test('is read as it was left', () => assert.deepEqual(parsePanelState(JSON.parse(JSON.stringify(state))), state));
  test('of another version is left behind', () => assert.equal(parsePanelState({ ...state, version: 0 }), undefined));
  test('loses only the positions that are damaged', () => {
    const positions = { a: { x: 1, y: 2 }, b: { x: 'left', y: 0 }, c: null };
    assert.deepEqual(parsePanelState({ ...state, positions })?.positions, { a: { x: 1, y: 2 } });
  });
  test('never makes the reader throw', () =>
    fc.assert(fc.property(fc.anything(), (value) => void parsePanelState(value))));
});
