import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterStatus, TelemetryStatus } from '../../../src/shared/cluster.ts';
import { initialData, type PanelData } from '../../../src/webview/host/panel-data.ts';
import { defaultView } from '../../../src/webview/host/panel-view.ts';
import { clusterBanners, isMeasured, telemetryLine } from '../../../src/webview/view-model/cluster-condition.ts';
import { chooseSource, shownClusters, sourceChoices } from '../../../src/webview/view-model/mesh-source.ts';
import { windowFor, windowText, windowsOf } from '../../../src/webview/view-model/traffic-window.ts';
import { panelCondition } from '../../../src/webview/view-model/panel-condition.ts';

function cluster(context: string, more: Partial<ClusterStatus> = {}): ClusterStatus {
  return {
    context,
    phase: 'connected',
    namespaces: [],
    knownNamespaces: [],
    kinds: [],
    forbidden: [],
    meshes: [],
    telemetry: { state: 'connected', source: 'prometheus.istio-system:9090' },
    asOf: '2026-01-01T00:00:00Z',
    ...more,
  };
}

const of = (...contexts: string[]) => ({ source: 'cluster', contexts }) as const;
const dataOf = (source: PanelData['of'], ...clusters: readonly ClusterStatus[]): PanelData => ({
  ...initialData,
  engine: { state: 'running' },
  of: source,
  clusters,
});

describe('the source of the topology', () => {
  const texts = (data: PanelData): readonly string[] => sourceChoices(data).map(({ text }) => text);

  it('is a choice only with clusters', () => {
    assert.deepEqual(texts(dataOf({ source: 'local', contexts: [] })), ['Local mesh']);
    assert.deepEqual(texts(dataOf({ source: 'local', contexts: [] }, cluster('a'))), ['Local mesh', 'a']);
    assert.deepEqual(texts(dataOf(of('b'), cluster('a'), cluster('b'))), ['Local mesh', 'a', 'b', 'All clusters']);
  });

  it('keeps what is chosen even where it is gone', () => {
    assert.deepEqual(texts(dataOf(of('gone'), cluster('a'))), ['Local mesh', 'a', 'gone']);
    assert.deepEqual(shownClusters(dataOf(of('gone'), cluster('a'))), []);
    assert.equal(shownClusters(dataOf(of(), cluster('a'), cluster('b'))).length, 2);
  });

  it('leaves namespaces behind with its mesh, and takes a window that it has', () => {
    const view = { ...defaultView, namespaces: ['shop'], window: 10 };
    const change = chooseSource(view, of('a'));
    assert.deepEqual([change.contexts, change.namespaces, change.window], [['a'], [], 600]);
    assert.deepEqual(chooseSource({ ...view, ...change }, of('a')), {});
    assert.equal(chooseSource({ ...view, ...change, window: 3600 }, of('b')).window, 3600);
    assert.equal(chooseSource({ ...view, ...change }, { source: 'local', contexts: [] }).window, 60);
    assert.deepEqual(
      [windowFor('cluster', 30), windowFor('cluster', 21_600), windowFor('local', 30)],
      [600, 21_600, 30],
    );
    assert.deepEqual(windowsOf('cluster').map(windowText).slice(0, 5), [
      'Last 1 min',
      'Last 5 min',
      'Last 10 min',
      'Last 30 min',
      'Last 1 h',
    ]);
  });
});

describe('what is said of clusters', () => {
  it('a screen for each state without a picture', () => {
    const screenOf = (data: PanelData): string => {
      const condition = panelCondition(data, 0);
      return 'title' in condition ? `${condition.screen}: ${condition.title}` : condition.screen;
    };
    const cases: readonly (readonly [PanelData, string])[] = [
      [dataOf(of()), 'cluster: No cluster is connected'],
      [dataOf(of('a')), 'cluster: Not connected to a'],
      [dataOf(of('a'), cluster('a', { phase: 'connecting' })), 'loading'],
      [dataOf(of('a'), cluster('a', { phase: 'unauthorized' })), 'error: a refuses the credentials'],
      [dataOf(of('a'), cluster('a', { phase: 'needs-consent' })), 'error: a waits for your consent'],
      [dataOf(of('a'), cluster('a')), 'loading'],
      [{ ...dataOf(of('a'), cluster('a')), problem: 'No answer.' }, 'error: The cluster could not be read'],
      [{ ...dataOf(of('a')), engine: { state: 'stopped' } }, 'error: The engine has stopped'],
    ];
    for (const [data, screen] of cases) assert.equal(screenOf(data), screen);
  });

  it('metrics: one line, a banner with a way forward where they are wanting', () => {
    const bannersOf = (telemetry: TelemetryStatus) =>
      clusterBanners(dataOf(of('a'), cluster('a', { telemetry }))).map(({ kind, action, other }) => [
        kind,
        action,
        other,
      ]);
    assert.deepEqual(bannersOf({ state: 'connected' }), []);
    assert.deepEqual(bannersOf({ state: 'missing', message: 'x' }), [['info', 'open-metrics-settings', 'retry']]);
    assert.deepEqual(bannersOf({ state: 'failing', message: 'x' }), [['warning', 'retry', 'open-metrics-settings']]);
    assert.deepEqual(bannersOf({ state: 'slow', message: 'x' }), [['warning', 'retry', undefined]]);
    assert.equal(telemetryLine(cluster('a')), 'metrics from prometheus.istio-system:9090');
    assert.equal(isMeasured(dataOf(of('a'), cluster('a', { telemetry: { state: 'missing' } }))), false);
  });

  it('of several clusters each names itself', () => {
    const messages = clusterBanners(
      dataOf(of(), cluster('a', { phase: 'degraded', message: 'Pods are forbidden.' }), cluster('b')),
    );
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['a: Pods are forbidden.'],
    );
  });
});
