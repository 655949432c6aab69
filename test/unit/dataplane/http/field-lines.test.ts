import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FieldMemory, parseFields } from '../../../../src/engine/dataplane/http/field-lines.ts';
import { parseRequestHead } from '../../../../src/engine/dataplane/http/message-head.ts';

const lines = (...fields: readonly string[]): string => fields.map((field) => `${field}\r\n`).join('');

/** Parses the heads one after the other, as they come on one connection; each as it is passed on, or why it is not. */
function onOneConnection(heads: readonly string[]): readonly string[] {
  const memory = new FieldMemory();
  return heads.map((text) => {
    const { problem, headers } = parseFields(text, 0, memory);
    return problem ?? headers.serialize();
  });
}

describe('fields that came before on the connection', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'the same head',
      [lines('Accept:  */* ', 'X-A: 1'), lines('Accept:  */* ', 'X-A: 1'), lines('Accept:  */* ', 'X-A: 1')],
      ['accept: */*\r\nx-a: 1\r\n', 'accept: */*\r\nx-a: 1\r\n', 'accept: */*\r\nx-a: 1\r\n'],
    ],
    [
      'another value',
      [lines('X-A: 1', 'X-B: 1'), lines('X-A: 2', 'X-B: 1'), lines('X-A: 1', 'X-B: 1')],
      ['x-a: 1\r\nx-b: 1\r\n', 'x-a: 2\r\nx-b: 1\r\n', 'x-a: 1\r\nx-b: 1\r\n'],
    ],
    [
      'a longer value',
      [lines('X-A: 1'), lines('X-A: 12'), lines('X-A: 123')],
      ['x-a: 1\r\n', 'x-a: 12\r\n', 'x-a: 123\r\n'],
    ],
    ['a shorter value', [lines('X-A: 12'), lines('X-A: 1')], ['x-a: 12\r\n', 'x-a: 1\r\n']],
    [
      'a line without its end',
      ['X-A: 1', 'X-A: 12', 'X-A: 1\r\nX-B: 2'],
      ['x-a: 1\r\n', 'x-a: 12\r\n', 'x-a: 1\r\nx-b: 2\r\n'],
    ],
    [
      'fewer fields',
      [lines('A: 1', 'B: 2', 'C: 3'), lines('A: 1'), lines('A: 1', 'B: 2')],
      ['a: 1\r\nb: 2\r\nc: 3\r\n', 'a: 1\r\n', 'a: 1\r\nb: 2\r\n'],
    ],
    ['no fields', [lines('A: 1'), '', '', lines('A: 1')], ['a: 1\r\n', '', '', 'a: 1\r\n']],
    ['another order', [lines('A: 1', 'B: 2'), lines('B: 2', 'A: 1')], ['a: 1\r\nb: 2\r\n', 'b: 2\r\na: 1\r\n']],
    [
      'a second length',
      [lines('Content-Length: 3'), lines('Content-Length: 3', 'Content-Length: 3')],
      ['', 'invalid content-length'],
    ],
    ['a second host', [lines('A: 1', 'Host: x'), lines('Host: x', 'Host: x')], ['a: 1\r\n', 'invalid host']],
    ['a folded line', [lines('A: 1', 'B: 2'), lines('A: 1', ' B: 2')], ['a: 1\r\nb: 2\r\n', 'folded header']],
    ['a bare line feed in a known value', [lines('A: 1'), 'A: 1\nB: 2\r\n'], ['a: 1\r\n', 'bare line feed']],
  ];
  for (const [name, heads, expected] of cases) {
    test(name, () => assert.deepEqual(onOneConnection(heads), expected));
  }

  test('more lines than are remembered', () => {
    const head = lines(...Array.from({ length: 100 }, (_, index) => `X-${index}: ${index}`));
    const expected = head.toLowerCase();
    assert.deepEqual(onOneConnection([head, head, head]), [expected, expected, expected]);
  });

  test('a head too long to be remembered between two short ones', () => {
    const long = lines('A: 1', `B: ${'x'.repeat(10_000)}`);
    assert.deepEqual(onOneConnection([lines('A: 1', 'B: 2'), long, lines('A: 1', 'B: 2'), long]), [
      'a: 1\r\nb: 2\r\n',
      long.toLowerCase(),
      'a: 1\r\nb: 2\r\n',
      long.toLowerCase(),
    ]);
  });

  test('what one request does to its fields is not seen by the next', () => {
    const memory = new FieldMemory();
    const head = 'GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-B: 2\r\n';
    for (let turn = 0; turn < 3; turn++) {
      const parsed = parseRequestHead(head, memory);
      assert.ok(typeof parsed !== 'string');
      assert.equal(parsed.headers.serialize(), 'x-a: 1\r\nx-b: 2\r\n');
      parsed.headers.set('x-a', '9');
      parsed.headers.remove('x-b');
      parsed.headers.append('x-c', '3');
      assert.equal(parsed.headers.clone().serialize(), 'x-a: 9\r\nx-c: 3\r\n');
    }
  });

  test('whatever came before, a head means the same', () => {
    const name = fc.constantFrom('A', 'a', 'X-Long-Name', 'Host', 'Content-Length', 'Connection', 'TE', 'b c', '');
    const value = fc.constantFrom('1', '12', ' 1', '1 ', '', '\t', 'close', 'ä', '\n', 'x'.repeat(300));
    const head = fc
      .array(fc.tuple(name, value), { maxLength: 5 })
      .chain((fields) =>
        fc.constantFrom('\r\n', '').map((end) => fields.map((field) => field.join(':')).join('\r\n') + end),
      );
    fc.assert(
      fc.property(fc.array(head, { maxLength: 8 }), (heads) => {
        const memory = new FieldMemory();
        for (const text of heads) {
          const { headers, ...rest } = parseFields(text, 0, memory);
          const { headers: expectedHeaders, ...expected } = parseFields(text, 0, undefined);
          assert.deepEqual(rest, expected);
          assert.equal(headers.serialize(), expectedHeaders.serialize());
        }
      }),
      { numRuns: 1000 },
    );
  });
});
