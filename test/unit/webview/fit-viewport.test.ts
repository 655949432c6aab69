import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FitSubject } from '../../../src/webview/view-model/fit-viewport.ts';
import type { Rect } from '../../../src/webview/view-model/geometry.ts';
import { fitViewport } from '../../../src/webview/view-model/fit-viewport.ts';

/** One card of the size of the picture. */
const one = (width: number, height: number): FitSubject => ({
  bounds: { x: 0, y: 0, width, height },
  legible: [{ x: 0, y: 0, width, height }],
});

it('shows the whole picture in the middle, not larger than life, not smaller than allowed', () => {
  const room = { width: 568, height: 456 };
  assert.deepEqual(fitViewport(one(1024, 400), room, 0.05), { zoom: 0.5, x: 28, y: 128 });
  assert.equal(fitViewport(one(100, 40), room, 0.05).zoom, 1.15);
  assert.equal(fitViewport(one(1e6, 40), room, 0.05).zoom, 0.05);
});

const stage = { width: 568, height: 456 };
const legend: Rect = { x: 0, y: 356, width: 200, height: 100 };
const banner: Rect = { x: 84, y: 0, width: 400, height: 56 };

it('leaves what lies over the picture aside where it would hide a card', () => {
  // Above the legend: 356 - 2 × 28 = 300 units of height, in the middle of 178.
  assert.deepEqual(fitViewport(one(512, 400), stage, 0.05, [legend]), { zoom: 0.75, x: 92, y: 28 });
  // Between both: 300 - 2 × 28 = 244 units of height, from 56 + 28.
  assert.deepEqual(fitViewport(one(512, 400), stage, 0.05, [legend, banner]), { zoom: 0.61, x: 127.84, y: 84 });
  // Right of the legend is more room for what is high.
  assert.deepEqual(fitViewport(one(300, 400), stage, 0.05, [legend]), { zoom: 1, x: 234, y: 28 });
});

it('stands in the middle of the room where covers hide no card, or where there is no place beside them', () => {
  const corners: FitSubject = { bounds: one(512, 400).bounds, legible: [{ x: 400, y: 300, width: 112, height: 100 }] };
  const middle = { zoom: 1, x: 28, y: 28 };
  assert.deepEqual(fitViewport(corners, stage, 0.05, [legend]), middle);
  assert.deepEqual(fitViewport(one(512, 400), stage, 0.05, [{ x: 0, y: 0, ...stage }]), middle);
});
