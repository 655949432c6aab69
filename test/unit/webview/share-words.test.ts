import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareWords } from '../../../src/webview/view-model/share-words.ts';

test('a share says on how few requests it stands after a change of routes', () => {
  assert.equal(shareWords(0.5, undefined), '50\u2009%');
  assert.equal(shareWords(0.5, 24), '50\u2009% of 24 requests since the routes changed');
});
