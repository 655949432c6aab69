import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonItems } from '../../../../../src/engine/discovery/kubernetes/reflector/json-items.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

function read(text: string, field: 'items' | 'rows' = 'items'): { items: unknown[]; envelope: unknown } {
  const list = new JsonItems(Buffer.from(text), field, 'whole');
  const items: unknown[] = [];
  for (let item = list.next(); item; item = list.next()) items.push(item.value);
  return { items, envelope: list.envelope() };
}

test('items and what is around them', () => {
  const cases: readonly (readonly [string, unknown[], unknown])[] = [
    [
      '{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"a":1},{"b":[2]}]}',
      [{ a: 1 }, { b: [2] }],
      { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [] },
    ],
    ['{"items":[],"metadata":{"continue":"x"}}', [], { items: [], metadata: { continue: 'x' } }],
    ['{"items":null,"metadata":{}}', [], { items: null, metadata: {} }],
    ['{"metadata":{}}', [], { metadata: {} }],
    [
      ' {\n "items" : [ {"text":"a ] } \\" \\\\"} , "ü" , 3 , true , null , [ ] ] , "x" : 1 }\n',
      [{ text: 'a ] } " \\' }, 'ü', 3, true, null, []],
      { items: [], x: 1 },
    ],
    [
      '{"metadata":{"items":[1]},"other":["items"],"items":[{}]}',
      [{}],
      { metadata: { items: [1] }, other: ['items'], items: [] },
    ],
  ];
  for (const [text, items, envelope] of cases) assert.deepEqual(read(text), { items, envelope }, text);
  assert.deepEqual(read('{"rows":[1]}', 'rows').items, [1]);
});

test('whatever a list holds, its items are what JSON.parse finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { maxLength: 8 }),
      fc.jsonValue(),
      fc.constantFrom(undefined, 2),
      (items, other, indent) => {
        const text = JSON.stringify({ before: other, items, after: other }, undefined, indent);
        const parsed = JSON.parse(text) as { items: unknown[]; before: unknown; after: unknown };
        assert.deepEqual(read(text), { items: parsed.items, envelope: { ...parsed, items: [] } });
      },
    ),
  );
});

test('what is cut off, or is no list, is a failure and never an endless loop', () => {
  const whole = '{"kind":"PodList","items":[{"a":"b\\"c"},{"d":[1,2]}],"metadata":{}}';
  for (let end = 0; end < whole.length; end++) {
    assert.throws(() => read(whole.slice(0, end)), KubeFailure, whole.slice(0, end));
  }
  for (const text of [
    '',
    '[]',
    'null',
    '{"items":[}',
    '{"items":[1,,2]}',
    '{"items":[{]}',
    '<html>',
    '{"items" [1]}',
  ]) {
    assert.throws(() => read(text), KubeFailure, text);
  }
});
