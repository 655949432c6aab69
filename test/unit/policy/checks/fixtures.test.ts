import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../../src/engine/policy/analyze.ts';
import { applyEdits } from '../../../../src/engine/policy/fixes/apply-edits.ts';
import type { AnalyzeResult, Diagnostic } from '../../../../src/shared/diagnostics.ts';
import { resolveMeshSettings } from '../../../../src/shared/mesh-settings.ts';
import type { Fixture } from './fixture-files.ts';
import { clusterObjects, fixtures, fixtureTime } from './fixture-files.ts';

const uri = 'file:///fixture.yaml';

function analyzeText(fixture: Fixture, text = fixture.text, isOpen = true): AnalyzeResult {
  const files = new WorkspaceFiles();
  if (isOpen) files.setOpen(uri, text, 1);
  else files.setDisk(uri, text);
  const { settings, rules } = fixture;
  const base = clusterObjects(fixture);
  return analyze({ files, base, settings: resolveMeshSettings(settings), rules, now: fixtureTime });
}

const brief = ({ code, range }: Diagnostic): string => {
  const end =
    range.end.line === range.start.line ? range.end.character : `${range.end.line + 1}:${range.end.character}`;
  return `${range.start.line + 1}:${range.start.character}-${end} ${code}`;
};

describe('every fixture has exactly the findings it marks', () => {
  for (const fixture of fixtures) {
    const { name, expected } = fixture;
    test(name, () => {
      const wanted = expected.map(({ code, line, start, end }) => `${line + 1}:${start}-${end} ${code}`);
      const found = analyzeText(fixture).diagnostics;
      assert.deepEqual(found.map(brief).sort(), wanted.sort(), found.map(({ message }) => message).join('\n'));
    });
  }
});

describe('a file has the same findings whether it is open or not', () => {
  for (const fixture of fixtures) {
    test(fixture.name, () => {
      const open = analyzeText(fixture).diagnostics;
      assert.deepEqual(analyzeText(fixture, fixture.text, false).diagnostics, open);
    });
  }
});

describe('every fix makes its finding go away and breaks nothing', () => {
  for (const fixture of fixtures) {
    const { name, text } = fixture;
    for (const ending of ['\n', '\r\n']) {
      test(`${name}${ending === '\n' ? '' : ' with CRLF'}`, () => {
        const whole = text.replaceAll('\n', ending);
        const before = analyzeText(fixture, whole).diagnostics;
        for (const diagnostic of before) {
          for (const fix of diagnostic.fixes) {
            assert.ok(fix.edits.every((edit) => edit.uri === uri));
            const after = applyEdits(
              whole,
              fix.edits.flatMap(({ edits }) => edits),
            );
            assert.notEqual(after, whole);
            const left = analyzeText(fixture, after).diagnostics;
            const where = `${fix.title} for ${brief(diagnostic)}:\n${after}\n${left.map((each) => `${brief(each)} ${each.message}`).join('\n')}`;
            assert.ok(!left.some(({ code }) => /^MESH10/.test(code)), where);
            const count = (all: readonly Diagnostic[]): number =>
              all.filter(({ code, message }) => code === diagnostic.code && message === diagnostic.message).length;
            assert.equal(count(left), count(before) - 1, where);
          }
        }
      });
    }
  }
});
