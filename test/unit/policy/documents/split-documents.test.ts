import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { splitDocuments } from '../../../../src/engine/policy/documents/split-documents.ts';

const cases: readonly { readonly name: string; readonly text: string; readonly lines: readonly number[] }[] = [
  { name: 'one document', text: 'a: 1\n', lines: [0] },
  { name: 'two documents', text: 'a: 1\n---\nb: 2\n', lines: [0, 1] },
  { name: 'a marker before the first document', text: '---\na: 1\n---\nb: 2\n', lines: [0, 2] },
  { name: 'comments before the first marker', text: '# licence\n\n---\na: 1\n', lines: [0] },
  { name: 'a directive belongs to the document after it', text: '%YAML 1.1\n---\na: 1\n', lines: [0] },
  { name: 'content on the line of the marker', text: 'a: 1\n--- {b: 2}\n', lines: [0, 1] },
  { name: 'an end marker', text: 'a: 1\n...\n# between\n---\nb: 2\n', lines: [0, 2] },
  { name: 'comments after an end marker', text: 'a: 1\n...\n# end\n', lines: [0] },
  { name: 'a dash run is no marker', text: 'a: 1\n----\nb\n', lines: [0] },
  { name: 'an indented marker is text', text: 'a: |\n  ---\n  x\n', lines: [0] },
  { name: 'CRLF', text: 'a: 1\r\n---\r\nb: 2\r\n', lines: [0, 1] },
  { name: 'lone CR', text: 'a: 1\r---\rb: 2\r', lines: [0, 1] },
  { name: 'objects of JSON', text: '{"a": 1}\n\n{\n"b": [{},\n{}]\n}\n{"c": 3}', lines: [0, 2, 6] },
  { name: 'a mapping in braces that goes on', text: '{a: {},\n{b: 2}}\n', lines: [0] },
  {
    name: 'actions of a template',
    text: '{{- if .Values.on }}\n{{ include "labels" . }}\na: 1\n{{ end }}\n{{- end }}\n',
    lines: [0],
  },
  { name: 'tags of a template', text: '{% if on %}\na: {{ b }}\n{% endif %}\n', lines: [0] },
  { name: 'braces behind a marker are YAML', text: '---\n{"a": 1}\n{"b": 2}\n', lines: [0] },
  { name: 'no text', text: '', lines: [] },
];

describe('splitDocuments', () => {
  for (const { name, text, lines } of cases) {
    test(name, () => {
      const sections = splitDocuments(text);
      assert.deepEqual(
        sections.map(({ line }) => line),
        lines,
      );
      assert.equal(sections.map((section) => section.text).join(''), text);
    });
  }

  test('the sections joined are the text, and offsets and lines are theirs', () => {
    const piece = fc.constantFrom(
      '---',
      '...',
      '# c',
      'a: 1',
      '',
      '%TAG',
      ' x',
      '{',
      '}',
      '\n',
      '\r\n',
      '\r',
      '\n',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        let offset = 0;
        for (const section of splitDocuments(text)) {
          assert.equal(section.offset, offset);
          assert.equal(text.slice(0, offset).split(/\r\n|\n|\r/).length - 1, section.line);
          offset += section.text.length;
        }
        assert.equal(offset, text.length);
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});
