import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RangePart } from '../../../../src/engine/policy/documents/syntax-tree.ts';
import { YamlDocument } from '../../../../src/engine/policy/documents/yaml-document.ts';
import type { FieldPath } from '../../../../src/shared/text.ts';

const text = `apiVersion: v1 # comment
metadata:
  name: "quoted"
  labels: {app: 'a b', "k": v}
spec:
  list:
    - one
    - name: two
      deep: |
        block
    -
      name: three
  empty:
  folded: >-
    x
  escaped: "a\\tb"
`;

/** The characters a range covers, on one line. */
function slice(document: YamlDocument, path: FieldPath, part: RangePart): string {
  const { start, end } = document.rangeOf(path, part);
  return document.text.slice(document.lines.offsetAt(start), document.lines.offsetAt(end));
}

const ranges: readonly (readonly [FieldPath, RangePart, string])[] = [
  [['apiVersion'], 'key', 'apiVersion'],
  [['apiVersion'], 'value', 'v1'],
  [['metadata', 'name'], 'value', 'quoted'],
  [['metadata', 'labels', 'app'], 'value', 'a b'],
  [['metadata', 'labels', 'k'], 'key', '"k"'],
  [['metadata', 'labels'], 'value', `{app: 'a b', "k": v}`],
  [['metadata'], 'head', 'metadata'],
  [['spec', 'list', 0], 'value', 'one'],
  [['spec', 'list', 1], 'head', 'name: two'],
  [['spec', 'list', 1, 'deep'], 'head', 'deep'],
  [['spec', 'list', 2, 'name'], 'value', 'three'],
  [['spec', 'empty'], 'value', 'empty'],
  [['spec', 'escaped'], 'value', '"a\\tb"'],
  [['spec', 'escaped'], 'entry', 'escaped: "a\\tb"'],
  // What is not there is shown at the nearest thing around it.
  [['spec', 'missing', 'deeper'], 'value', 'spec'],
  [['spec', 'list', 1, 'missing'], 'key', 'name: two'],
];

describe('ranges', () => {
  const document = new YamlDocument(text);
  for (const [path, part, expected] of ranges) {
    test(`${path.join('.')} ${part}`, () => assert.equal(slice(document, path, part), expected));
  }

  test('count UTF-16 units, as editors do', () => {
    const emoji = new YamlDocument('apiVersion: "🎉🎉" \nb: {c: "é"}');
    assert.deepEqual(emoji.rangeOf(['apiVersion'], 'value'), {
      start: { line: 0, character: 13 },
      end: { line: 0, character: 17 },
    });
  });

  test('lead through aliases and merges to what is written', () => {
    const merged = new YamlDocument('apiVersion: v1\na: &x {p: one}\nb:\n  <<: *x\nc: *x\n');
    assert.equal(slice(merged, ['b', 'p'], 'value'), 'one');
    assert.equal(slice(merged, ['c', 'p'], 'value'), 'one');
  });
});

describe('what stands at a position', () => {
  const document = new YamlDocument(text);
  const at: readonly (readonly [number, number, string, 'key' | 'value'])[] = [
    [0, 3, 'apiVersion', 'key'],
    [0, 13, 'apiVersion', 'value'],
    [2, 10, 'metadata.name', 'value'],
    [3, 18, 'metadata.labels.app', 'value'],
    [6, 7, 'spec.list.0', 'value'],
    [11, 15, 'spec.list.2.name', 'value'],
  ];
  for (const [line, character, path, part] of at) {
    test(`${path} ${part}`, () => {
      const found = document.pathAt({ line, character });
      assert.deepEqual([found?.path.join('.'), found?.part], [path, part]);
    });
  }
});

describe('half-typed text gives what can be understood, and problems', () => {
  const broken: readonly (readonly [string, FieldPath, unknown])[] = [
    ['apiVersion: v1\nspec:\n  host: rev\n  ho', ['spec', 'host'], 'rev'],
    ['apiVersion: v1\nspec: {host: rev', ['spec', 'host'], 'rev'],
    ['apiVersion: v1\nspec:\n\thost: x\nkind: A', ['apiVersion'], 'v1'],
    ['apiVersion: v1\nname: "open\nkind: A', ['apiVersion'], 'v1'],
    ['apiVersion: v1\nlist:\n  - a\n - b\n', ['apiVersion'], 'v1'],
  ];
  for (const [source, path, expected] of broken) {
    test(source.replaceAll('\n', '⏎'), () => {
      const document = new YamlDocument(source);
      assert.notDeepEqual(document.problems(true), []);
      const value = path.reduce<unknown>(
        (inner, step) => (inner as Record<string, unknown> | null)?.[step],
        document.value,
      );
      assert.equal(value, expected);
    });
  }

  /** What is below `spec`, what is marked of it, and what is said and done about it. */
  const told: readonly (readonly [text: string, marked: readonly string[], message: RegExp, fixed?: string])[] = [
    ['\thost: x\n', ['\t'], /tab/i],
    ['  a:\n\t- b\n', ['\t'], /tab/i],
    ['  a: 1\n  ho\n', ['ho'], /^`ho` stands alone/],
    ['  a: 1\n  ho\n  tcp: []\n', ['ho'], /^`ho` stands alone/],
    ['  a: 1\n  b:c\n', ['b:c'], /^A space is missing after `b:`\.$/, '  a: 1\n  b: c\n'],
    ['  a: [b\n  c: d\n', ['['], /^This `\[` is never closed\.$/],
    ['  - a: {b: c\n    d: 3\n  - e: []\n', ['{'], /^This `\{` is never closed\.$/],
    ['  a: ["b]\n  c: []\n', ['"b]'], /^This quote is never closed\.$/],
    ["  a: 'b\n", ["'b"], /^This quote is never closed\.$/],
    ['  a: *.example.com\n', ['*.example.com'], /begins an alias/, '  a: "*.example.com"\n'],
    ['  a:\n    - *\n', ['*'], /begins an alias/, '  a:\n    - "*"\n'],
    ['  a: @b\n', ['@b'], /in quotes/, '  a: "@b"\n'],
    ['  a:\n    b: c\n      d: e\n', ['d'], /indented deeper/],
    ['  a: 1\n--\n', ['--'], /three dashes/],
    [
      '<<<<<<< HEAD\n  a: 1\n=======\n  a: 2\n>>>>>>> other\n',
      ['<<<<<<< HEAD', '=======', '>>>>>>> other'],
      /conflict/,
    ],
  ];
  for (const [text, marked, message, fixed] of told) {
    test(`what is wrong, and where: ${JSON.stringify(text)}`, () => {
      const head = 'apiVersion: v1\nspec:\n';
      const whole = head + text;
      const problems = new YamlDocument(whole).problems(true);
      assert.deepEqual(
        problems.map(({ start, end }) => whole.slice(start, end)),
        marked,
      );
      for (const problem of problems) assert.match(problem.message, message);
      const fix = problems[0]?.fix;
      assert.equal(fix && whole.slice(head.length, fix.start) + fix.text + whole.slice(fix.end), fixed);
    });
  }

  test('a word without its colon takes nothing from the fields around it', () => {
    assert.deepEqual(new YamlDocument('apiVersion: v1\nspec:\n  a: 1\n  ho\n').value, {
      apiVersion: 'v1',
      spec: { a: 1 },
    });
    assert.deepEqual(new YamlDocument('apiVersion: v1\nspec:\n  ho\n  a: 1\n').value, {
      apiVersion: 'v1',
      spec: { a: 1 },
    });
  });

  test('an item with nothing in it is at its dash', () => {
    const text = 'apiVersion: v1\nlist:\n  - a\n  -\n';
    const { start, end } = new YamlDocument(text).offsetsOf(['list', 1], 'head');
    assert.deepEqual([start, text.slice(start, end)], [text.lastIndexOf('-'), '-']);
  });
});

describe('documents that are none of our business are quiet', () => {
  const quiet: readonly (readonly [string, string, string])[] = [
    ['a template', 'apiVersion: v1\nname: {{ .Values.name }}\n', 'template'],
    ['a template in quotes', 'apiVersion: v1\nname: "{{ .Values.name }}"\n', 'template'],
    ['a block of a template', '{{- range .Values.hosts }}\napiVersion: v1\n{{- end }}\n', 'template'],
    ['a template within a word', 'apiVersion: v1\nname: a-{{ .Values.name }}\n', 'template'],
    ['a template in a comment', '# {{ if .Values.a }}\napiVersion: v1\n# {{ end }}\n', 'template'],
    ['a template in a key', 'apiVersion: v1\ndata:\n  "{{ .Values.name }}": x\n', 'template'],
    [
      'a template in a name beside a carried one',
      'apiVersion: v1\nmetadata:\n  name: "{{ .Values.name }}"\ndata:\n  a: |\n    {{ .x }}\n    b\n',
      'template',
    ],
    ['a text that an action fills', 'apiVersion: v1\ndata:\n{{ .Files.Get "x" | indent 2 }}\n', 'template'],
    ['a value of ytt', 'apiVersion: v1\nname: #@ data.values.name\n', 'template'],
    ['an overlay of ytt', '#@overlay/match by="kind"\napiVersion: v1\nkind: Service\n', 'template'],
    ['Jinja', 'apiVersion: v1\n{% if a %}\nkind: B\n', 'template'],
    ['a value of Jinja', 'apiVersion: v1\nname: "{{ name }}"\n', 'template'],
    ['a value of Jinja without quotes', 'apiVersion: v1\nspec: {ports: [{port: {{ port }}}]}\n', 'template'],
    ['a value of Salt', 'apiVersion: v1\nport: {{port}}\n', 'template'],
    ['a function of Go with arguments', 'apiVersion: v1\nport: 8{{ Mod .Index 12 }}\n', 'template'],
    ['another YAML', 'on: [push\n', 'foreign'],
    ['a mention of the word', 'text: apiVersion is a field\nx: [', 'foreign'],
  ];
  for (const [name, source, nature] of quiet) {
    test(name, () => {
      const document = new YamlDocument(source);
      assert.equal(document.nature, nature);
      assert.equal(document.value, undefined);
      assert.deepEqual(document.problems(true), []);
    });
  }

  const carried: readonly (readonly [string, string, unknown])[] = [
    ['braces in a text', 'apiVersion: v1\nbody: "Hello {{name}}"\n', 'Hello {{name}}'],
    [
      'the template of an injector',
      'apiVersion: v1\nkind: ConfigMap\nbody:\ndata:\n  config: |-\n    {{- if .Values.a }}\n    b: {{ .Values.b }}\n    {{- end }}\n',
      null,
    ],
    ['a text of one line in data', 'apiVersion: v1\nbody: a\ndata:\n  greeting: "Hello {{ .Name }}"\n', 'a'],
    ['an annotation', 'apiVersion: v1\nbody: a\nmetadata: {annotations: {x: "{{ .Name }}"}}\n', 'a'],
    ['a name alone in data', 'apiVersion: v1\nbody: a\ndata: {greeting: "{{name}}"}\n', 'a'],
    ['a script with a comment as of ytt', 'apiVersion: v1\nbody: a\ndata:\n  a: |\n    #@ x\n', 'a'],
    ['a script', 'apiVersion: v1\nbody: a\nspec:\n  patch: |\n    x = {{ .x }}\n    y\n', 'a'],
    ['an action written with escapes', 'apiVersion: v1\nbody: a\ndata: {x: "{{ printf \\"x\\" }}"}\n', 'a'],
  ];
  for (const [name, source, body] of carried) {
    test(`${name} is no template, but in a chart`, () => {
      const document = new YamlDocument(source);
      assert.equal(document.nature, 'kubernetes');
      assert.equal((document.value as Record<string, unknown>)['body'], body);
      const isHelm = source.includes('{{ ') || source.includes('{{-');
      assert.equal(new YamlDocument(source, 'chart').nature, isHelm ? 'template' : 'kubernetes');
    });
  }
});

describe('hostile text ends quickly and never throws', () => {
  const hostile: readonly (readonly [string, string])[] = [
    ['brackets', `a: ${'['.repeat(100_000)}`],
    ['braces', `a: ${'{a: '.repeat(50_000)}`],
    ['dashes', `a:\n  ${'- '.repeat(50_000)}`],
    ['indentation', Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['questions', '? '.repeat(20_000)],
    ['quotes', `"${'\\'.repeat(100_001)}`],
    ['anchors', Array.from({ length: 5000 }, (_, index) => `k${index}: &a${index} x`).join('\n')],
    [
      'aliases',
      [
        'x: &a0 [1,1,1,1]',
        ...Array.from({ length: 30 }, (_, index) => `y${index}: &a${index + 1} [*a${index}, *a${index}]`),
      ].join('\n'),
    ],
    ['an alias in itself', 'x: &a [*a]'],
    ['many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['a long line', `a: ${'x'.repeat(900_000)}`],
    ['zero bytes', 'a: \0\0\0'],
    ['lone surrogates', 'a: "\ud800" \udc00'],
    ['byte order marks', '\ufeffa: \ufeff1'],
    ['a long broken document', `a: [\n${'b: c\n'.repeat(300_000)}`],
  ];
  for (const [name, body] of hostile) {
    test(name, () => {
      const started = performance.now();
      const document = new YamlDocument(`apiVersion: v1\nkind: A\n${body}\n`);
      assert.doesNotThrow(() => document.value);
      for (const { start, end } of document.problems(true)) {
        assert.ok(start >= 0 && start <= end && end <= document.text.length);
      }
      assert.doesNotThrow(() => document.rangeOf(['a', 0, 'b'], 'head'));
      assert.ok(performance.now() - started < 60_000);
    });
  }
});
