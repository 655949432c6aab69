import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BoxRect } from '../../../src/webview/view-model/box-rects.ts';
import { boxTitles } from '../../../src/webview/view-model/box-titles.ts';
import { zoomTier } from '../../../src/webview/view-model/zoom-tier.ts';

const box = (kind: BoxRect['kind'], label: string, x: number, y: number): BoxRect => ({
  id: label,
  kind,
  label,
  rect: { x, y, width: 400, height: 400 },
});

/** Two clusters side by side, with two namespaces each: one in their upper left corner, one further down. */
const boxes = [
  box('cluster', 'east', 0, 0),
  box('cluster', 'west', 3000, 0),
  box('namespace', 'shop', 24, 36),
  box('namespace', 'bank', 24, 1000),
  box('namespace', 'till', 3024, 36),
  box('app', 'reviews', 56, 1040),
];

const named = (zoom: number): readonly string[] =>
  boxTitles(boxes, zoom, zoomTier(zoom), ({ label }, size) => label.length * size * 0.6).map(
    (title) => title.box.label,
  );

describe('names of boxes', () => {
  it('are all shown from near, within their boxes', () => {
    assert.deepEqual(
      named(1),
      boxes.map(({ label }) => label),
    );
    const [first] = boxTitles(boxes, 1, 'near', () => 10);
    assert.deepEqual(first?.at, { x: 11, y: 8.8 });
  });

  it('are all shown while they fit beside each other', () => {
    assert.deepEqual(
      named(0.5),
      boxes.map(({ label }) => label),
    );
  });

  it('are left out from afar where that of an outer box stands', () => {
    assert.deepEqual(named(0.15), ['east', 'west', 'bank']);
  });
});
