import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { codeActions, fixAll } from '../../../src/engine/language/code-actions.ts';
import { codeLenses } from '../../../src/engine/language/code-lenses.ts';
import { completion } from '../../../src/engine/language/completion.ts';
import { definition, references } from '../../../src/engine/language/definition.ts';
import { documentSymbols } from '../../../src/engine/language/document-symbols.ts';
import { hover } from '../../../src/engine/language/hover.ts';
import type { Snapshot } from '../../../src/engine/model/snapshot.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { LineIndex } from '../../../src/engine/policy/documents/line-index.ts';
import { applyEdits } from '../../../src/engine/policy/fixes/apply-edits.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { Location, Position, Range } from '../../../src/shared/text.ts';

const docsRoot = 'file:///meshlens/';
const settings = resolveMeshSettings();
const uri = 'file:///route.yaml';

const mesh = `apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata: {name: bookinfo, namespace: bookinfo}
spec:
  services:
    - name: reviews
      ports: [{name: http, port: 9080}]
      workloads:
        - {name: reviews-v1, version: v1, run: node r.mjs}
        - {name: reviews-v2, version: v2, run: node r.mjs}
    - name: ratings
      ports: [{name: http, port: 9080}]
      workloads:
        - {name: ratings-v1, version: v1, run: node r.mjs}
`;

const rule = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: bookinfo}
spec:
  host: reviews
  subsets:
    - name: v1
      labels: {version: v1}
    - name: v2
      labels: {version: v2}
`;

const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ingress, namespace: bookinfo}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ['*']
`;

const route = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: bookinfo
spec:
  hosts:
    - reviews
  gateways: [ingress, mesh]
  http:
    - name: split
      timeout: 5s
      route:
        - destination: {host: reviews, subset: v1}
          weight: 80
        - destination: {host: reviews, subset: v2}
          weight: 20
`;

interface Scene {
  readonly files: WorkspaceFiles;
  readonly snapshot: Snapshot;
  readonly position: Position;
}

/** The route file with a cursor at `¦`, beside the mesh, the rule and the gateway. */
function scene(text: string): Scene {
  const offset = text.indexOf('¦');
  const plain = text.replace('¦', '');
  const files = new WorkspaceFiles();
  files.setDisk('file:///meshlens.yaml', mesh);
  files.setDisk('file:///rule.yaml', rule);
  files.setDisk('file:///gateway.yaml', gateway);
  files.setOpen(uri, plain, 1);
  const position = new LineIndex(plain).positionAt(Math.max(0, offset));
  return { files, snapshot: createSnapshot(files.objects()), position };
}

function at(text: string, before: string): string {
  const index = text.indexOf(before);
  assert.ok(index >= 0, before);
  return `${text.slice(0, index)}¦${text.slice(index)}`;
}

function textAt(files: WorkspaceFiles, { uri: file, range }: Location): string {
  const text = files.textOf(file) ?? '';
  const lines = new LineIndex(text);
  return `${file.slice(8)}:${range.start.line + 1} ${text.slice(lines.offsetAt(range.start), lines.offsetAt(range.end))}`;
}

describe('hover', () => {
  const cases: readonly (readonly [string, string, RegExp | undefined])[] = [
    ['a field', 'timeout:', /\*\*timeout\*\* · duration\n\nTime limit of the whole request/],
    [
      'a host',
      'reviews, subset: v1',
      /Service `reviews\.bookinfo\.svc\.cluster\.local`\n\nPorts: `9080 http`\n\nWorkloads: `reviews-v1-0`, `reviews-v2-0`\n\nSubsets:\n- `v1`: `version: v1`, 1 workload\n/,
    ],
    ['a subset', 'v2}', /Subset `v2` of `reviews.*`version: v2`\n\nWorkloads: `reviews-v2-0`/],
    ['a gateway', 'ingress, mesh', /Gateway `bookinfo\/ingress`\n\n- `80 HTTP` for `\*`/],
    ['a kind', 'VirtualService\n', /^\*\*VirtualService\*\* · networking\.istio\.io\/v1\n\n\w/],
    ['a value', '80\n', /\*\*weight\*\* · whole number/],
    ['white space', '  gateways', undefined],
  ];
  for (const [name, before, expected] of cases) {
    test(name, () => {
      const { files, snapshot, position } = scene(at(route, before));
      const found = hover(files, snapshot, settings, uri, position, docsRoot);
      if (expected) assert.match(found?.contents ?? '', expected);
      else assert.equal(found, undefined);
    });
  }

  test('words that may be empty are shown without the empty one', () => {
    const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {sessionAffinity: None}\n';
    const { files, snapshot, position } = scene(at(text, 'sessionAffinity'));
    const found = hover(files, snapshot, settings, uri, position, docsRoot);
    assert.match(found?.contents ?? '', /`ClientIP` · `None`(?! ·)/);
  });

  test('names from files cannot become markup', () => {
    const text = route.replaceAll('host: reviews, subset: v1', 'host: "re`vi`ews", subset: v1');
    const { files, snapshot, position } = scene(at(text, 're`vi'));
    assert.match(hover(files, snapshot, settings, uri, position, docsRoot)?.contents ?? '', /`re'vi'ews\./);
  });
});

describe('definition and references', () => {
  const definitions: readonly (readonly [string, readonly string[]])[] = [
    ['reviews, subset: v1', ['meshlens.yaml:6 name: reviews']],
    ['v2}', ['rule.yaml:9 v2']],
    ['ingress, mesh', ['gateway.yaml:3 ingress']],
    ['mesh]', []],
    ['5s', []],
  ];
  for (const [before, expected] of definitions) {
    test(`definition of ${before}`, () => {
      const { files, snapshot, position } = scene(at(route, before));
      assert.deepEqual(
        definition(files, snapshot, settings, uri, position).map((place) => textAt(files, place)),
        expected,
      );
    });
  }

  test('references of a service from the file that declares it', () => {
    const { files, snapshot } = scene(route);
    const position = { line: 5, character: 14 };
    const found = references(files, snapshot, settings, 'file:///meshlens.yaml', position, false);
    assert.deepEqual(found.map((place) => textAt(files, place)).sort(), [
      'route.yaml:14 reviews',
      'route.yaml:16 reviews',
      'route.yaml:8 reviews',
      'rule.yaml:5 reviews',
    ]);
  });

  test('references of a subset, with its declaration', () => {
    const { files, snapshot, position } = scene(at(route, 'v1}'));
    const found = references(files, snapshot, settings, uri, position);
    assert.deepEqual(
      found.map((place) => textAt(files, place)),
      ['rule.yaml:7 v1', 'route.yaml:14 v1'],
    );
  });
});

describe('completion', () => {
  const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ['a host', route.replace('host: reviews, subset: v1', 'host: ¦, subset: v1'), ['reviews', 'ratings'], ['v1']],
    ['a half-typed host', route.replace('host: reviews, subset: v1', 'host: rat¦'), ['ratings'], []],
    ['a subset', route.replace('subset: v2', 'subset: ¦'), ['v1', 'v2'], ['reviews']],
    [
      'a subset in block style',
      `${route}        - destination:\n            host: reviews\n            subset: ¦\n`,
      ['v1', 'v2'],
      [],
    ],
    ['a gateway', route.replace('[ingress, mesh]', '[¦]'), ['ingress', 'mesh'], []],
    ['fields of a rule', `${route}      ¦\n`, ['retries', 'match', 'fault'], ['route', 'timeout', 'hosts']],
    ['half-typed fields', `${route}      retr¦\n`, ['retries'], []],
    ['fields of a new rule', `${route}    - ¦\n`, ['route', 'timeout'], ['hosts']],
    [
      'fields of an exclusive group',
      `${route}      match:\n        - uri:\n            exact: /a\n            ¦`,
      [],
      ['prefix', 'exact'],
    ],
    ['fields in braces', route.replace('subset: v2}', 'subset: v2, ¦}'), ['port'], ['host', 'subset']],
    ['a port', route.replace('subset: v2}', 'port: {number: ¦}}'), ['9080'], []],
    ['top-level fields', 'apiVersion: networking.istio.io/v1\nkind: VirtualService\n¦', ['metadata', 'spec'], ['kind']],
    ['a kind', 'apiVersion: networking.istio.io/v1\nkind: ¦', ['VirtualService', 'DestinationRule'], ['Service']],
    ['a version', 'apiVersion: ¦\n', ['networking.istio.io/v1', 'v1'], []],
    ['a namespace', route.replace('namespace: bookinfo', 'namespace: ¦'), ['bookinfo'], []],
    [
      'a choice',
      rule.replace('  subsets', '  trafficPolicy: {tls: {mode: ¦}}\n  subsets'),
      ['ISTIO_MUTUAL', 'DISABLE'],
      [],
    ],
    [
      'no choice that is empty',
      'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {sessionAffinity: ¦}\n',
      ['ClientIP', 'None'],
      [''],
    ],
    ['a flag', route.replace('timeout: 5s', 'match: [{ignoreUriCase: ¦}]'), ['true', 'false'], []],
    ['a label of a subset', rule.replace('version: v2', 'version: ¦'), ['v1', 'v2'], []],
    ['nothing in a comment', route.replace('timeout: 5s', 'timeout: 5s # ¦'), [], ['reviews', 'route']],
    ['nothing in a template', route.replace('timeout: 5s', 'timeout: {{ .Values.¦ }}'), [], ['reviews', 'route']],
  ];
  for (const [name, text, wanted, unwanted] of cases) {
    test(name, () => {
      const { files, snapshot, position } = scene(text);
      const labels = completion(files, snapshot, settings, uri, position).map(({ label }) => label);
      for (const label of wanted) assert.ok(labels.includes(label), `${label} in ${labels.join(' ')}`);
      for (const label of unwanted) assert.ok(!labels.includes(label), `no ${label} in ${labels.join(' ')}`);
    });
  }

  test('an item replaces what was typed of it', () => {
    const { files, snapshot, position } = scene(route.replace('host: reviews, subset: v1', 'host: rat¦'));
    const item = completion(files, snapshot, settings, uri, position).find(({ label }) => label === 'ratings');
    assert.ok(item);
    const edit = { range: item.range, newText: item.insertText };
    assert.match(applyEdits(files.textOf(uri) ?? '', [edit]), /- destination: \{host: ratings\}/);
  });
});

describe('symbols and lenses', () => {
  test('objects with their rules, subsets, servers and services', () => {
    const { files } = scene(route);
    const outline = (file: string): readonly string[] =>
      documentSymbols(files, file).flatMap(({ name, detail, children }) => [
        `${detail} ${name}`,
        ...children.map((child) => `- ${child.name} (${child.detail})`),
      ]);
    assert.deepEqual(outline(uri), ['VirtualService bookinfo/reviews', '- split (v1, v2)']);
    assert.deepEqual(outline('file:///rule.yaml'), [
      'DestinationRule bookinfo/reviews',
      '- v1 (version: v1)',
      '- v2 (version: v2)',
    ]);
    assert.deepEqual(outline('file:///meshlens.yaml'), ['LocalMesh bookinfo/bookinfo', '- reviews ()', '- ratings ()']);
    assert.deepEqual(outline('file:///gateway.yaml'), ['Gateway bookinfo/ingress', '- http (80)']);
  });

  test('a selection lies within its range', () => {
    const inside = (inner: Range, outer: Range): boolean =>
      inner.start.line >= outer.start.line && inner.end.line <= outer.end.line;
    for (const { range, selection, children } of documentSymbols(scene(route).files, uri)) {
      for (const part of [{ range, selection }, ...children]) assert.ok(inside(part.selection, part.range));
    }
  });

  test('lenses say the shares and offer to look and try', () => {
    const { files, snapshot } = scene(route);
    const lenses = codeLenses(files, snapshot, settings, uri, analyze({ files, settings }).diagnostics);
    assert.deepEqual(
      lenses.map(({ title, range, command }) => `${range.start.line + 1} ${title} ${command?.id ?? ''}`.trim()),
      [
        '1 Open in topology meshlens.service.reveal',
        '1 Try a request meshlens.request.send',
        '1 Explain a route meshlens.route.show',
        '11 routes 2 versions: v1 80 %, v2 20 %',
      ],
    );
    assert.deepEqual(lenses[0]?.command?.arguments, [{ namespace: 'bookinfo', name: 'reviews' }]);
  });
});

describe('code actions', () => {
  const wrong = route
    .replace('host: reviews, subset: v1', 'host: reviewz, subset: v1')
    .replace('weight: 20', 'weight: 10')
    .replace('timeout: 5s', 'timeout: 5');

  test('fixes for the finding under the cursor, and a comment that switches it off', () => {
    const { files, position } = scene(at(wrong, 'eviewz'));
    const { diagnostics } = analyze({ files, settings });
    const found = codeActions(files, diagnostics, uri, { start: position, end: position });
    assert.deepEqual(
      found.map(({ title, kind, isPreferred }) => [title, kind, isPreferred]),
      [
        ['Replace with `reviews`', 'quickfix', true],
        ['Switch off unknown-host (MESH1203) for this line', 'quickfix', false],
        ['Switch off unknown-host (MESH1203) for this file', 'quickfix', false],
        ['Switch off unknown-host (MESH1203) for the workspace', 'quickfix', false],
      ],
    );
    const text = files.textOf(uri) ?? '';
    for (const [index, action] of found.slice(1, 3).entries()) {
      const silenced = applyEdits(
        text,
        action.edits.flatMap(({ edits }) => edits),
      );
      files.setOpen(uri, silenced, index + 2);
      assert.ok(!analyze({ files, settings }).diagnostics.some(({ code }) => code === 'MESH1203'));
    }
    assert.deepEqual(found[3]?.command, { id: 'meshlens.rule.switchOff', arguments: ['MESH1203'] });
  });

  test('fix all applies every preferred fix at once', () => {
    const { files } = scene(wrong);
    const { diagnostics } = analyze({ files, settings });
    const action = fixAll(diagnostics, uri);
    assert.equal(action?.kind, 'source.fixAll.meshlens');
    const fixed = applyEdits(wrong, action?.edits.flatMap(({ edits }) => edits) ?? []);
    assert.match(fixed, /host: reviews, subset: v1\}\n {10}weight: 89/);
    assert.match(fixed, /timeout: 5s/);
    files.setOpen(uri, fixed, 2);
    assert.deepEqual(analyze({ files, settings }).diagnostics, []);
  });

  test('no fix all where nothing can be fixed', () => {
    assert.equal(fixAll([], uri), undefined);
  });
});
