import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../../src/shared/sentence.ts';

test('a text becomes a sentence once', () => {
  assert.equal(sentence('ratings-v1-0 is down'), 'ratings-v1-0 is down.');
  for (const text of ['It is down.', 'Did you mean "run"?', 'Stop!']) assert.equal(sentence(text), text);
});
