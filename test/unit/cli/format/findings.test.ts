import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { formatSarif } from '../../../../src/cli/format/findings-sarif.ts';
import { formatFindings } from '../../../../src/cli/format/format-findings.ts';
import { checks } from '../../../../src/engine/policy/checks/registry.ts';
import type { AnalyzeResult, Diagnostic } from '../../../../src/shared/diagnostics.ts';
import { listOf, valueAt } from '../../../../src/shared/untrusted.ts';

const uri = 'file:///project/route.yaml';
const text = 'a:\n  b:\n    host: reviewz # typo\n';

const finding: Diagnostic = {
  code: 'MESH1203',
  rule: 'unknown-host',
  aliases: ['IST0101', 'KIA1101'],
  severity: 'error',
  message: 'No service `reviewz`. Did you mean `reviews`?',
  uri,
  range: { start: { line: 2, character: 10 }, end: { line: 2, character: 17 } },
  resource: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'bookinfo', name: 'reviews' },
  path: 'spec.http[0].route[0].destination.host',
  related: [
    {
      message: 'Services are here.',
      location: {
        uri: 'file:///project/b.yaml',
        range: { start: { line: 4, character: 0 }, end: { line: 4, character: 3 } },
      },
    },
  ],
  fixes: [
    {
      title: 'Replace with `reviews`',
      isPreferred: true,
      edits: [
        {
          uri,
          edits: [
            { range: { start: { line: 2, character: 10 }, end: { line: 2, character: 17 } }, newText: 'reviews' },
          ],
        },
      ],
    },
  ],
  docs: 'docs/rules/MESH1203.md',
};

const result: AnalyzeResult = { diagnostics: [finding], documents: 3 };
const texts = new Map([[uri, text]]);
const none: AnalyzeResult = { diagnostics: [], documents: 1 };

describe('text', () => {
  test('shows the line and marks the characters', () => {
    assert.equal(
      formatFindings('text', result, texts, { cwd: '/project' }),
      [
        'error[MESH1203]: No service `reviewz`. Did you mean `reviews`?',
        '  --> route.yaml:3:11  VirtualService bookinfo/reviews',
        '  |',
        '3 |     host: reviewz # typo',
        '  |           ^^^^^^^',
        '  fix: Replace with `reviews`',
        '  see b.yaml:5: Services are here.',
        '  rule: unknown-host',
        '',
        '1 error; 3 documents read.',
        'What a rule means: meshlens explain RULE; 1 can be fixed with --fix',
        '',
      ].join('\n'),
    );
  });

  test('colours only where asked', () => {
    const plain = formatFindings('text', result, texts);
    const color = formatFindings('text', result, texts, { color: true });
    assert.ok(!plain.includes('\u001b'));
    assert.ok(color.includes('\u001b[1;31merror[MESH1203]\u001b[0m'));
    assert.equal(stripVTControlCharacters(color), plain);
  });

  test('carets stand under wide characters too', () => {
    const wide = { ...finding, range: { start: { line: 0, character: 6 }, end: { line: 0, character: 8 } } };
    const output = formatFindings('text', { ...result, diagnostics: [wide] }, new Map([[uri, 'a: 日本🎉x\n']]));
    // Two wide characters take four columns, the emoji two.
    assert.match(output, /1 \| a: 日本🎉x\n {2}\| {9}\^/);
  });

  test('what a terminal would obey is not passed on', () => {
    const evil = { ...finding, message: 'x\u001b[2Jy\u0007\u202e' };
    const output = formatFindings(
      'text',
      { ...result, diagnostics: [evil] },
      new Map([[uri, 'a\nb\n\u001b]0;t\u0007host: x\n']]),
    );
    assert.ok(!/[\p{Cc}\u202e]/u.test(output.replaceAll('\n', '')));
  });

  test('a very long line is cut around the place', () => {
    const far = { ...finding, range: { start: { line: 0, character: 5000 }, end: { line: 0, character: 5003 } } };
    const long = `${'x'.repeat(5000)}bad${'y'.repeat(5000)}`;
    const lines = formatFindings('text', { ...result, diagnostics: [far] }, new Map([[uri, long]])).split('\n');
    const frame = lines.findIndex((line) => line.includes('bad'));
    assert.ok((lines[frame]?.length ?? 999) < 200);
    assert.equal(lines[frame + 1]?.indexOf('^^^'), lines[frame]?.indexOf('bad'));
  });

  test('says so where nothing was found', () => {
    assert.equal(formatFindings('text', none, new Map()), 'No findings, 1 document read.\n');
    assert.equal(
      formatFindings('text', { ...none, documents: 0 }, new Map()),
      'Nothing was checked: there is no YAML here.\n',
    );
  });
});

test('json is the result itself', () => {
  assert.deepEqual(JSON.parse(formatFindings('json', result, texts)), result);
});

describe('github', () => {
  test('annotates the characters, and escapes', () => {
    const odd = { ...finding, message: '100 %\nsure', uri: 'file:///project/a,b.yaml' };
    assert.equal(
      formatFindings('github', { ...result, diagnostics: [odd] }, texts, { cwd: '/project' }),
      '::error file=a%2Cb.yaml,line=3,endLine=3,col=11,endColumn=18,title=MESH1203 unknown-host::100 %25%0Asure\n',
    );
  });

  test('columns only on one line; information is a notice', () => {
    const range = { start: { line: 0, character: 1 }, end: { line: 2, character: 0 } };
    assert.equal(
      formatFindings(
        'github',
        { ...result, diagnostics: [{ ...finding, range, severity: 'information', message: 'm' }] },
        texts,
        { cwd: '/project' },
      ),
      '::notice file=route.yaml,line=1,endLine=3,title=MESH1203 unknown-host::m\n',
    );
  });
});

describe('sarif 2.1.0', () => {
  const log: unknown = JSON.parse(formatSarif(result, checks, { cwd: '/project' }));
  const run = valueAt(log, ['runs', 0]);

  test('lists the rules', () => {
    assert.equal(valueAt(run, ['columnKind']), 'utf16CodeUnits');
    const rules = listOf(valueAt(run, ['tool', 'driver', 'rules']));
    assert.deepEqual(
      rules.map((rule) => valueAt(rule, ['id'])),
      checks.map(({ code }) => code),
    );
    for (const rule of rules) {
      assert.match(String(valueAt(rule, ['shortDescription', 'text'])), /\.$/);
      assert.ok(['error', 'warning', 'note'].includes(String(valueAt(rule, ['defaultConfiguration', 'level']))));
      assert.match(String(valueAt(rule, ['name'])), /^[A-Z][A-Za-z]+$/);
    }
  });

  test('says where, with one-based lines and columns', () => {
    const [first] = listOf(valueAt(run, ['results']));
    assert.equal(valueAt(first, ['ruleId']), 'MESH1203');
    const index = Number(valueAt(first, ['ruleIndex']));
    assert.equal(valueAt(run, ['tool', 'driver', 'rules', index, 'id']), 'MESH1203');
    assert.equal(valueAt(first, ['level']), 'error');
    assert.equal(valueAt(first, ['message', 'text']), finding.message);
    const physical = valueAt(first, ['locations', 0, 'physicalLocation']);
    assert.deepEqual(valueAt(physical, ['artifactLocation']), { uri: 'route.yaml', uriBaseId: 'SRCROOT' });
    assert.deepEqual(valueAt(physical, ['region']), { startLine: 3, startColumn: 11, endLine: 3, endColumn: 18 });
    assert.deepEqual(valueAt(run, ['originalUriBaseIds', 'SRCROOT']), { uri: 'file:///project/' });
    assert.match(String(valueAt(first, ['partialFingerprints', 'meshlensFinding/v1'])), /^MESH1203\|VirtualService/);
  });

  test('has related places and fixes', () => {
    const first = valueAt(run, ['results', 0]);
    const related = valueAt(first, ['relatedLocations', 0]);
    assert.equal(valueAt(related, ['message', 'text']), 'Services are here.');
    assert.deepEqual(valueAt(related, ['physicalLocation', 'region']), {
      startLine: 5,
      startColumn: 1,
      endLine: 5,
      endColumn: 4,
    });
    const change = valueAt(first, ['fixes', 0, 'artifactChanges', 0]);
    assert.deepEqual(valueAt(change, ['replacements', 0]), {
      deletedRegion: { startLine: 3, startColumn: 11, endLine: 3, endColumn: 18 },
      insertedContent: { text: 'reviews' },
    });
  });
});
