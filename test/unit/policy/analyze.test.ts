import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { AnalyzeInput } from '../../../src/engine/policy/analyze.ts';
import { analyze, IncrementalAnalyzer } from '../../../src/engine/policy/analyze.ts';
import type { ObjectCheck } from '../../../src/engine/policy/checks/check.ts';
import { LineIndex } from '../../../src/engine/policy/documents/line-index.ts';
import type { Diagnostic } from '../../../src/shared/diagnostics.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { fixtures } from './checks/fixture-files.ts';

const settings = resolveMeshSettings();
const uri = 'file:///a.yaml';

function filesOf(texts: Readonly<Record<string, string>>): WorkspaceFiles {
  const files = new WorkspaceFiles();
  for (const [name, text] of Object.entries(texts)) files.setDisk(`file:///${name}`, text);
  return files;
}

const route = (host: string, name = 'reviews'): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: bookinfo}
spec:
  hosts: [${name}]
  http:
    - route:
        - destination: {host: ${host}}
`;

const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: bookinfo}\nspec: {ports: [{port: 80}]}\n`;

test('findings hold until the hour ends where a check reads the time', () => {
  const now = Date.UTC(2026, 0, 2, 10, 30);
  const analyzer = new IncrementalAnalyzer();
  analyzer.analyze({ files: filesOf({ 'a.yaml': route('reviews') }), settings, now });
  assert.equal(analyzer.holdsUntil, undefined);
  const gateway = 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: n}\nspec: {}\n';
  analyzer.analyze({ files: filesOf({ 'a.yaml': gateway }), settings, now });
  assert.equal(analyzer.holdsUntil, Date.UTC(2026, 0, 2, 11));
});

describe('the layer of admission', () => {
  const admission = (text: string, rules: AnalyzeInput['rules'] = {}): readonly string[] =>
    analyze({ files: filesOf({ 'a.yaml': text }), settings, rules, layer: 'admission' }).diagnostics.map(
      ({ rule, severity }) => `${rule} ${severity}`,
    );
  const noWeights = route('reviews').replace(/$/, '        - destination: {host: reviews, subset: v2}\n');

  test('says nothing of what only fails later', () => {
    assert.deepEqual(admission(route('reviewz') + '---\n' + service('reviews')), []);
  });

  test('says what API server and webhook refuse, whatever settings and comments switch off', () => {
    assert.deepEqual(admission(route('reviews').replace('hosts:', 'hostz:'), { 'unknown-field': 'off' }), [
      'unknown-field error',
    ]);
    assert.deepEqual(admission(`# meshlens-disable-file\n${noWeights}`, { 'weights-sum-zero': 'hint' }), [
      'weights-sum-zero error',
    ]);
  });

  test('warns of what the webhook warns of', () => {
    assert.deepEqual(admission(`${route('reviews')}    - route: [{destination: {host: reviews}}]\n`), [
      'unreachable-rule warning',
    ]);
  });
});

describe('analyze', () => {
  test('says what, where, about what, and how to fix it', () => {
    const files = filesOf({ 'a.yaml': route('reviewz'), 'b.yaml': service('reviews') });
    const { diagnostics, documents } = analyze({ files, settings });
    assert.equal(documents, 2);
    assert.deepEqual(diagnostics, [
      {
        code: 'MESH1203',
        rule: 'unknown-host',
        aliases: ['IST0101', 'KIA1101'],
        severity: 'error',
        message: 'No service `reviewz` in namespace `bookinfo`. Did you mean `reviews`?',
        uri,
        range: { start: { line: 7, character: 30 }, end: { line: 7, character: 37 } },
        resource: {
          apiVersion: 'networking.istio.io/v1',
          kind: 'VirtualService',
          namespace: 'bookinfo',
          name: 'reviews',
        },
        path: 'spec.http[0].route[0].destination.host',
        related: [],
        fixes: [
          {
            title: 'Replace with `reviews`',
            isPreferred: true,
            edits: [
              {
                uri,
                edits: [
                  { range: { start: { line: 7, character: 30 }, end: { line: 7, character: 37 } }, newText: 'reviews' },
                ],
              },
            ],
          },
        ],
        docs: 'docs/rules/MESH1203.md',
      },
    ] satisfies Diagnostic[]);
  });

  test('takes objects of other layers into account and says nothing about them', () => {
    const base: MeshObject = {
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'bookinfo',
      name: 'reviewz',
      labels: {},
      annotations: {},
      spec: { ports: [{ port: 80 }] },
      origin: { layer: 'cluster', source: 'kind' },
    };
    const files = filesOf({ 'a.yaml': route('reviewz') });
    assert.deepEqual(analyze({ files, base: [base], settings }).diagnostics, []);
  });

  describe('what a cluster does not have', () => {
    const cart: MeshObject = {
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'shop',
      name: 'cart',
      labels: {},
      annotations: {},
      spec: { ports: [{ port: 80 }] },
      origin: { layer: 'cluster', source: 'kind' },
    };
    const files = filesOf({
      'a.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders.example.com]
  gateways: [front]
  http:
    - route:
        - destination: {host: orders.billing.svc.cluster.local}
`,
    });
    const cases: readonly (readonly [
      what: string,
      complete: readonly string[] | undefined,
      found: readonly string[],
    ])[] = [
      [
        'is not there, where all of it was read',
        ['core/Service', 'networking.istio.io/Gateway'],
        ['MESH1202', 'MESH1203'],
      ],
      ['is not there, though there is none of the kind', ['networking.istio.io/Gateway'], ['MESH1202']],
      ['may be where nobody may look: other namespaces', [], []],
      ['is not there, where nothing tells that something was not read', undefined, ['MESH1203']],
    ];
    for (const [what, complete, found] of cases) {
      test(what, () => {
        const input = { files, base: [cart], settings, ...(complete && { complete: new Set(complete) }) };
        assert.deepEqual(
          analyze(input).diagnostics.map(({ code }) => code),
          found,
        );
      });
    }

    test('is found and forgotten as rights come and go', () => {
      const analyzer = new IncrementalAnalyzer();
      for (const [, complete, found] of [...cases, ...cases.toReversed()]) {
        const input = { files, base: [cart], settings, ...(complete && { complete: new Set(complete) }) };
        assert.deepEqual(
          analyzer.analyze(input).diagnostics.map(({ code }) => code),
          found,
        );
      }
    });
  });

  test('rules are switched off or changed by code, name or alias', () => {
    const files = filesOf({ 'a.yaml': route('reviewz'), 'b.yaml': service('reviews') });
    const severities = (rules: Record<string, 'off' | 'warning' | 'hint'>): readonly string[] =>
      analyze({ files, settings, rules }).diagnostics.map(({ severity }) => severity);
    assert.deepEqual(severities({ MESH1203: 'off' }), []);
    assert.deepEqual(severities({ 'unknown-host': 'warning' }), ['warning']);
    assert.deepEqual(severities({ IST0101: 'hint' }), ['hint']);
    assert.deepEqual(severities({ IST0101: 'off', MESH1203: 'warning' }), ['warning']);
  });

  test('a check that throws does not take the others with it', () => {
    const failing: ObjectCheck = {
      scope: 'object',
      code: 'MESH0000',
      rule: 'failing',
      aliases: [],
      severity: 'error',
      summary: 'Fails.',
      subject: 'core/Service',
      inputs: [],
      run: (context) => {
        context.ofKind('core/Pod');
      },
    };
    const working: ObjectCheck = {
      ...failing,
      rule: 'working',
      run: (context) => context.report(context.subject, ['metadata', 'name'], { message: 'found' }),
    };
    const files = filesOf({ 'b.yaml': service('reviews') });
    const { diagnostics } = new IncrementalAnalyzer([failing, working]).analyze({ files, settings });
    assert.deepEqual(diagnostics.map(({ code }) => code).sort(), ['MESH0000', 'MESH9001']);
    assert.match(
      diagnostics.find(({ code }) => code === 'MESH9001')?.message ?? '',
      /core\/Pod is read but not declared/,
    );
  });

  test('a file that is too long is said to be', () => {
    const files = filesOf({ 'a.yaml': `# ${'x'.repeat(10 * 1024 * 1024)}\n${route('x')}` });
    assert.deepEqual(
      analyze({ files, settings }).diagnostics.map(({ code }) => code),
      ['MESH9002'],
    );
  });
});

/** Pieces from which edits are made: each a document. */
const pieces = [
  service('reviews'),
  service('ratings'),
  route('reviews'),
  route('ratings', 'ratings'),
  route('reviewz', 'other'),
  route('{{ .Values.host }}'),
  'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: reviews, namespace: bookinfo}\nspec:\n  host: reviews\n  subsets: [{name: v1, labels: {version: v1}}]\n',
  'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: subset}\nspec:\n  hosts: [reviews]\n  http:\n    - route:\n        - destination: {host: reviews, subset: v2}\n          weight: 30\n        - destination: {host: ratings}\n          weight: 30\n',
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: v9, namespace: bookinfo}\nspec: {template: {metadata: {labels: {app: reviews}}}}\n',
  'apiVersion: v1\nkind: Service\nmetadata: {name: broken\n',
  // The same object, its namespace assumed and written.
  'apiVersion: v1\nkind: Service\nmetadata: {name: ratings}\nspec: {selector: {app: ratings}, ports: [{name: http, port: 80}]}\n',
  'apiVersion: v1\nkind: Service\nmetadata: {name: ratings, namespace: default}\nspec: {selector: {app: ratings}, ports: [{name: http, port: 80}]}\n',
  // Another version of one: folders that have both are alternatives.
  service('ratings').replace('80', '81'),
  '# only a comment\n',
  'a: b\n',
];

type Edit =
  | { readonly type: 'set'; readonly file: number; readonly documents: readonly number[]; readonly open: boolean }
  | { readonly type: 'remove'; readonly file: number };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      file: fc.nat(3),
      documents: fc.array(fc.nat(pieces.length - 1), { maxLength: 5 }),
      open: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), file: fc.nat(3) }) },
);

for (const folders of [[''], ['', 'dev/', 'prod/', 'prod/routes/']]) {
  test(`incremental analysis gives what a full one gives, after any edits in ${folders.length} folders`, () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const files = new WorkspaceFiles();
        const incremental = new IncrementalAnalyzer();
        let version = 0;
        for (const each of edits) {
          const name = `file:///${folders[each.file] ?? ''}${each.file}.yaml`;
          if (each.type === 'remove') {
            files.close(name);
            files.remove(name);
          } else {
            const text = each.documents.map((index) => pieces[index] ?? '').join('---\n');
            if (each.open) files.setOpen(name, text, ++version);
            else files.setDisk(name, text);
          }
          assert.deepEqual(incremental.analyze({ files, settings }), analyze({ files, settings }));
        }
      }),
      { numRuns: 120, seed: 20 },
    );
  });
}

describe('folders that have different versions of one object', () => {
  const port = (name: string, number: number): string => service(name).replace('80', String(number));
  const to = (host: string, number: number): string =>
    route(host).replace(`{host: ${host}}`, `{host: ${host}, port: {number: ${number}}}`);
  const messages = (texts: Readonly<Record<string, string>>): readonly string[] =>
    analyze({ files: filesOf(texts), settings }).diagnostics.map(
      (each) => `${each.uri.slice('file:///'.length)} ${each.rule}`,
    );

  test('are not held to each other', () => {
    const dev = [port('reviews', 80), to('reviews', 80)].join('---\n');
    const prod = [port('reviews', 8080), to('reviews', 8080)].join('---\n');
    assert.deepEqual(messages({ 'dev/app.yaml': dev, 'prod/app.yaml': prod }), []);
    assert.deepEqual(messages({ 'dev/app.yaml': dev, 'dev/prod/app.yaml': prod }), []);
    assert.deepEqual(messages({ 'dev.yaml': dev, 'prod.yaml': prod }), []);
  });

  test('have errors of their own', () => {
    const dev = [port('reviews', 80), to('reviews', 80)].join('---\n');
    const prod = [port('reviews', 8080), to('reviews', 9090)].join('---\n');
    assert.deepEqual(messages({ 'dev/app.yaml': dev, 'prod/app.yaml': prod }), ['prod/app.yaml unknown-port']);
    assert.deepEqual(messages({ 'dev.yaml': dev, 'prod.yaml': prod }), ['prod.yaml unknown-port']);
  });

  test('may be below the folder of each part', () => {
    const texts = {
      'ratings/dev/a.yaml': port('ratings', 80),
      'ratings/prod/a.yaml': port('ratings', 8080),
      'reviews/dev/a.yaml': [port('reviews', 80), to('ratings', 80)].join('---\n'),
      'reviews/prod/a.yaml': [port('reviews', 8080), to('ratings', 8080)].join('---\n'),
    };
    assert.deepEqual(messages(texts), []);
  });

  test('may hold the same Namespace beside what belongs together', () => {
    const namespace = (label: string): string =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: bookinfo, labels: {from: ${label}}}\n---\n`;
    const texts = {
      'a/app.yaml': namespace('a') + port('reviews', 80),
      'b/app.yaml': namespace('b') + to('reviews', 8080),
    };
    assert.deepEqual(messages(texts), ['b/app.yaml unknown-port']);
  });

  test('see an edit of either', () => {
    const files = filesOf({
      'dev/app.yaml': [port('reviews', 80), to('reviews', 80)].join('---\n'),
      'prod/service.yaml': port('reviews', 8080),
      'prod/route.yaml': to('reviews', 8080),
    });
    const analyzer = new IncrementalAnalyzer();
    const rules = (): readonly string[] => analyzer.analyze({ files, settings }).diagnostics.map(({ rule }) => rule);
    assert.deepEqual(rules(), []);
    files.setOpen('file:///prod/service.yaml', port('reviews', 9090), 1);
    assert.deepEqual(rules(), ['unknown-port']);
    files.setOpen('file:///prod/service.yaml', port('reviews', 8080), 2);
    assert.deepEqual(rules(), []);
  });
});

test('an analysis that is paused while the text changes ends with what holds then', () => {
  const files = filesOf({ 'a.yaml': [service('reviews'), route('reviewz'), route('ratings', 'b')].join('---\n') });
  const incremental = new IncrementalAnalyzer();
  const paused = incremental.steps({ files, settings });
  paused.next();
  files.setDisk('file:///a.yaml', [service('reviews'), route('reviews')].join('---\n'));
  incremental.analyze({ files, settings });
  let step = paused.next();
  while (step.done !== true) step = paused.next();
  assert.deepEqual(step.value, analyze({ files, settings }));
});

/** A mutation of a text: cut, doubled, or something strange put in. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(60),
  type: fc.constantFrom('cut' as const, 'double' as const, 'insert' as const),
  piece: fc.constantFrom(
    '\t',
    ': ',
    '- ',
    '---\n',
    '{',
    ']',
    '"',
    "'",
    '|\n',
    '&a ',
    '*a',
    '<<: ',
    '!!int ',
    '\r\n',
    '\u2028',
    '🎉',
    '\0',
    '# meshlens-disable-file',
    'null',
    '~',
    '-1',
    '1e999',
    '__proto__: ',
    '? ',
  ),
});

/** How many mutated texts are analyzed. */
const fuzzRuns = Number(process.env.MESHLENS_FUZZ_RUNS ?? 2000);

test('no mutation of a fixture makes the analysis throw or leave the text', () => {
  const fixture = fc.constantFrom(...fixtures.map(({ text }) => text));
  fc.assert(
    fc.property(
      fixture,
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (original, mutations, isOpen) => {
        let text = original;
        for (const { at, length, type, piece } of mutations) {
          const start = Math.floor(at * text.length);
          const part = text.slice(start, start + length);
          const middle = type === 'cut' ? '' : type === 'double' ? part + part : piece + part;
          text = text.slice(0, start) + middle + text.slice(start + length);
        }
        const files = new WorkspaceFiles();
        if (isOpen) files.setOpen(uri, text, 1);
        else files.setDisk(uri, text);
        const lines = text.split(/\r\n|\n|\r/);
        const index = new LineIndex(text);
        for (const { code, message, range, related, fixes } of analyze({ files, settings }).diagnostics) {
          assert.notEqual(code, 'MESH9001', message);
          const all = [
            range,
            ...related.map(({ location }) => location.range),
            ...fixes.flatMap(({ edits }) => edits.flatMap((each) => each.edits.map((one) => one.range))),
          ];
          for (const { start, end } of all) {
            assert.ok(
              end.line < lines.length && end.character <= (lines[end.line] ?? '').length,
              `${code} ${JSON.stringify(end)}`,
            );
            assert.ok(index.offsetAt(start) <= index.offsetAt(end));
          }
        }
      },
    ),
    { numRuns: fuzzRuns, interruptAfterTimeLimit: fuzzRuns * 20, seed: 1 },
  );
});
