import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterStatus } from '../../../src/shared/cluster.ts';
import { clusterStatuses } from '../../webview/cluster.ts';
import { bookinfoGraph, bookinfoStatus } from '../../webview/bookinfo.ts';
import { parseHostMessage, parsePanelState } from '../../../src/webview/host/host-messages.ts';
import type { PanelData } from '../../../src/webview/host/panel-data.ts';
import { initialData, withEvent } from '../../../src/webview/host/panel-data.ts';
import { defaultView, stateFromView, viewFromState } from '../../../src/webview/host/panel-view.ts';
import { liveState } from '../../../src/webview/view-model/live-state.ts';
import { omit } from '../../../src/webview/view-model/omit.ts';
import { panelCondition } from '../../../src/webview/view-model/panel-condition.ts';

const running: PanelData = { ...initialData, engine: { state: 'running' } };
const live: PanelData = { ...running, graph: bookinfoGraph(), status: bookinfoStatus(), heardAt: 1000 };

function screenOf(data: PanelData): string {
  return panelCondition(data, 1500).screen;
}

function bannersOf(data: PanelData, now = 1500): readonly string[] {
  const condition = panelCondition(data, now);
  return condition.screen === 'graph' ? condition.banners.map(({ text }) => text.replaceAll('\u2009', ' ')) : [];
}

describe('condition of the panel', () => {
  it('chooses the screen while there is no picture', () => {
    const withoutGraph = omit(live, 'graph');
    assert.equal(screenOf(initialData), 'loading');
    assert.equal(screenOf(running), 'loading');
    assert.equal(screenOf({ ...withoutGraph, status: bookinfoStatus('starting') }), 'loading');
    assert.equal(screenOf({ ...withoutGraph, status: bookinfoStatus('stopped') }), 'empty');
    assert.equal(screenOf({ ...withoutGraph, status: bookinfoStatus('failed') }), 'error');
    assert.equal(screenOf({ ...initialData, engine: { state: 'stopped' } }), 'error');
    assert.equal(screenOf({ ...running, problem: 'No answer.' }), 'error');
  });

  it('keeps the picture and says what is wrong', () => {
    assert.deepEqual(bannersOf(live), []);
    assert.deepEqual(bannersOf({ ...live, engine: { state: 'restarting' } }), [
      'The engine is restarting. The picture is from before.',
    ]);
    assert.deepEqual(bannersOf({ ...live, status: bookinfoStatus('stopped') }), ['The local mesh is stopped.']);
    assert.deepEqual(bannersOf(live, 13_200), ['Data is 12 s old, retrying.']);
    assert.deepEqual(
      bannersOf({ ...live, graph: { ...bookinfoGraph(), warnings: ['No metrics in namespace beta.'] } }),
      ['No metrics in namespace beta.'],
    );
  });

  it('says of a cluster each thing once, and what lasts in the side panel alone', () => {
    const [status] = clusterStatuses(true);
    assert.ok(status);
    const message = 'You may not list pods in shop.';
    const forbidden = [{ verb: 'list', group: '', resource: 'pods', namespace: 'shop' }];
    const kind = { kind: 'core/Service', version: 'v1', objects: 1 } as const;
    const shown = (more: Partial<ClusterStatus>): readonly string[] =>
      bannersOf({
        ...live,
        of: { source: 'cluster', contexts: [status.context] },
        clusters: [{ ...status, phase: 'degraded', message, ...more }],
        graph: { ...bookinfoGraph(), warnings: [`${status.context}: ${message}`, 'other: away'] },
      });
    assert.deepEqual(shown({ forbidden, kinds: [{ ...kind, state: 'synced' }] }), ['other: away']);
    assert.deepEqual(shown({ forbidden, kinds: [{ ...kind, state: 'retrying' }] }), [message, 'other: away']);
    assert.deepEqual(shown({}), [message, 'other: away']);
  });

  it('says what clusters lack alike once, of all of them', () => {
    const clusters = clusterStatuses(false);
    const message = clusters[0]?.telemetry.message ?? '';
    const told = (contexts: readonly string[]): readonly string[] =>
      bannersOf({
        ...live,
        of: { source: 'cluster', contexts },
        clusters,
        graph: { ...bookinfoGraph(), warnings: [message] },
      });
    assert.deepEqual(told([]), [`kind-shop, kind-edge: ${message}`]);
    assert.deepEqual(told(['kind-edge']), [message]);
  });

  it('says whether what is shown is now', () => {
    const text = (data: PanelData, now: number): string =>
      liveState(data, panelCondition(data, now), now).text.replaceAll('\u2009', ' ');
    assert.equal(text(live, 2100), 'Live · 1 s ago');
    assert.equal(text(live, 13_200), 'Stale · 12 s ago');
    assert.equal(text(initialData, 0), 'Engine starting');
    const [away] = clusterStatuses(true);
    assert.ok(away);
    const of = { source: 'cluster', contexts: [away.context] } as const;
    const clusters = [{ ...away, phase: 'unreachable', message: 'No way there.' } as const];
    assert.equal(text({ ...omit(live, 'graph'), of, clusters }, 2100), 'Not live');
    assert.equal(text({ ...omit(live, 'graph'), of, clusters: [away] }, 2100), 'Connecting');
  });
});

describe('messages and state', () => {
  it('drops what is not ours', () => {
    for (const data of [null, 'x', [], {}, { type: 'topology' }, { type: 'answer' }, { type: '__proto__' }]) {
      assert.equal(parseHostMessage(data), undefined);
    }
    assert.deepEqual(parseHostMessage({ type: 'answer', id: 3, result: 1 }), { type: 'answer', id: 3, result: 1 });
  });

  it('keeps a view and gives it back', () => {
    const view = { ...defaultView, selection: 'ratings', showList: true, opened: ['team-01'], window: 300 };
    const state = stateFromView(view, {
      positions: { a: { x: 1, y: 2 } },
      provisional: ['a'],
      viewport: { zoom: 0.8, x: 3, y: 4 },
      fitted: true,
    });
    const parsed = parsePanelState(JSON.parse(JSON.stringify(state)));
    assert.deepEqual(parsed, state);
    assert.deepEqual(parsed && viewFromState(parsed), view);
  });

  it('drops a state that is broken or of another version', () => {
    const state = stateFromView(defaultView, { positions: {} });
    assert.equal(parsePanelState({ ...state, version: 0 }), undefined);
    assert.equal(parsePanelState({ ...state, graphType: 'pie' }), undefined);
    const odd = parsePanelState({ ...state, positions: { a: { x: 'left' }, b: { x: 1, y: NaN } }, viewport: { x: 1 } });
    assert.deepEqual(odd?.positions, {});
    assert.equal(odd?.viewport, undefined);
  });

  it('holds events newest first, each once', () => {
    const event = (id: number) => ({ id, time: id, kind: 'instance-down', severity: 'error', message: '' }) as const;
    const events = [1, 3, 2, 3].reduce<PanelData['events']>((list, id) => withEvent(list, event(id)), []);
    assert.deepEqual(
      events.map(({ id }) => id),
      [3, 2, 1],
    );
  });
});
