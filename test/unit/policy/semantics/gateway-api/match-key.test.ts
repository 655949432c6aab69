import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { Kinds } from '../../../../../src/engine/model/kinds.ts';
import { isCatchAll, matchKey } from '../../../../../src/engine/policy/semantics/gateway-api/match-key.ts';
import type { UntrustedRecord } from '../../../../../src/shared/untrusted.ts';

const read = (text: string): UntrustedRecord => parse(text) as UntrustedRecord;

describe('matches that the same requests fit are equal', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['{}', '{path: {type: PathPrefix, value: /}}', true],
    ['{path: {value: /a}}', '{path: {type: PathPrefix, value: /a/}}', true],
    ['{path: {value: /a}}', '{path: {type: Exact, value: /a}}', false],
    ['{path: {type: Exact, value: /a}}', '{path: {type: Exact, value: /a/}}', false],
    ['{path: {value: /a}}', '{path: {value: /A}}', false],
    ['{method: GET}', '{}', false],
    ['{headers: [{name: A, value: "1"}]}', '{headers: [{name: a, type: Exact, value: "1"}]}', true],
    [
      '{headers: [{name: a, value: "1"}, {name: b, value: "2"}]}',
      '{headers: [{name: b, value: "2"}, {name: a, value: "1"}]}',
      true,
    ],
    ['{headers: [{name: a, value: "1"}, {name: A, value: "2"}]}', '{headers: [{name: a, value: "1"}]}', true],
    ['{queryParams: [{name: a, value: "1"}]}', '{queryParams: [{name: A, value: "1"}]}', false],
  ];
  for (const [a, b, isSame] of cases) {
    test(`${a} and ${b}`, () =>
      assert.equal(matchKey(Kinds.httpRoute, read(a)) === matchKey(Kinds.httpRoute, read(b)), isSame));
  }
  test('gRPC', () => {
    const key = (text: string): string => matchKey(Kinds.grpcRoute, read(text));
    assert.equal(key('{method: {service: a.B}}'), key('{method: {type: Exact, service: a.B}}'));
    assert.notEqual(key('{method: {service: a.B}}'), key('{method: {service: a.B, method: C}}'));
    assert.equal(isCatchAll(Kinds.grpcRoute, read('{method: {}}')), true);
    assert.equal(isCatchAll(Kinds.grpcRoute, read('{headers: [{name: a, value: b}]}')), false);
  });
});
