import assert from 'node:assert/strict';
import { it } from 'node:test';
import { zoomTier } from '../../../src/webview/view-model/zoom-tier.ts';

it('has three distances', () => {
  const zooms = [2, 0.6, 0.59, 0.28, 0.27, 0.05];
  assert.deepEqual(zooms.map(zoomTier), ['near', 'near', 'middle', 'middle', 'far', 'far']);
});
