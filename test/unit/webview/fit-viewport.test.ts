import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fitViewport } from '../../../src/webview/view-model/fit-viewport.ts';

it('shows the whole picture in the middle, not larger than life, not smaller than allowed', () => {
  const room = { width: 568, height: 456 };
  assert.deepEqual(fitViewport({ x: 0, y: 0, width: 1024, height: 400 }, room, 0.05), { zoom: 0.5, x: 28, y: 128 });
  assert.equal(fitViewport({ x: 0, y: 0, width: 100, height: 40 }, room, 0.05).zoom, 1.15);
  assert.equal(fitViewport({ x: 0, y: 0, width: 1e6, height: 40 }, room, 0.05).zoom, 0.05);
});
