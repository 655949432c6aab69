import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import {
  labelSelectorMatches,
  labelSelectorText,
  readLabelSelector,
} from '../../../../src/engine/policy/semantics/label-selector.ts';

describe('selectors hold where all of their requirements do', () => {
  const labels = { app: 'web', tier: 'front' };
  const cases: readonly (readonly [string, boolean | undefined, string?])[] = [
    ['{}', true, ''],
    ['{matchLabels: {app: web}}', true, 'app=web'],
    ['{matchLabels: {app: web, tier: back}}', false, 'app=web, tier=back'],
    ['{matchExpressions: [{key: app, operator: In, values: [api, web]}]}', true, 'app in (api, web)'],
    ['{matchExpressions: [{key: gone, operator: In, values: [web]}]}', false],
    ['{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}', false],
    ['{matchExpressions: [{key: gone, operator: NotIn, values: [web]}]}', true, 'gone not in (web)'],
    ['{matchExpressions: [{key: app, operator: Exists}]}', true, 'app'],
    ['{matchExpressions: [{key: constructor, operator: Exists}]}', false],
    ['{matchExpressions: [{key: gone, operator: DoesNotExist}]}', true, 'no gone'],
    ['{matchExpressions: [{key: app, operator: Near}]}', undefined],
    ['{matchLabels: {app: 1}}', undefined],
    ['all', undefined],
  ];
  for (const [text, expected, said] of cases) {
    test(text, () => {
      const selector = readLabelSelector(parse(text));
      assert.equal(selector && labelSelectorMatches(selector, labels), expected);
      if (selector && said !== undefined) assert.equal(labelSelectorText(selector), said);
    });
  }
});
