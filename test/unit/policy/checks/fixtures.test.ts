import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../../src/engine/policy/analyze.ts';
import { applyEdits } from '../../../../src/engine/policy/fixes/apply-edits.ts';
import type { AnalyzeResult, Diagnostic } from '../../../../src/shared/diagnostics.ts';
import type { MeshSettings } from '../../../../src/shared/mesh-settings.ts';
import { resolveMeshSettings } from '../../../../src/shared/mesh-settings.ts';
import { fixtures } from './fixture-files.ts';

const uri = 'file:///fixture.yaml';

function analyzeText(text: string, settings: MeshSettings, isOpen = true): AnalyzeResult {
  const files = new WorkspaceFiles();
  if (isOpen) files.setOpen(uri, text, 1);
  else files.setDisk(uri, text);
  return analyze({ files, settings: resolveMeshSettings(settings) });
}

const brief = ({ code, range }: Diagnostic): string => {
  const end =
    range.end.line === range.start.line ? range.end.character : `${range.end.line + 1}:${range.end.character}`;
  return `${range.start.line + 1}:${range.start.character}-${end} ${code}`;
};

describe('every fixture has exactly the findings it marks', () => {
  for (const { name, text, expected, settings } of fixtures) {
    test(name, () => {
      const wanted = expected.map(({ code, line, start, end }) => `${line + 1}:${start}-${end} ${code}`);
      const found = analyzeText(text, settings).diagnostics;
      assert.deepEqual(found.map(brief).sort(), wanted.sort(), found.map(({ message }) => message).join('\n'));
    });
  }
});

describe('a file has the same findings whether it is open or not', () => {
  for (const { name, text, settings } of fixtures) {
    test(name, () => {
      const open = analyzeText(text, settings).diagnostics;
      assert.deepEqual(analyzeText(text, settings, false).diagnostics, open);
    });
  }
});

describe('every fix makes its finding go away and breaks nothing', () => {
  for (const { name, text, settings } of fixtures) {
    for (const ending of ['\n', '\r\n']) {
      test(`${name}${ending === '\n' ? '' : ' with CRLF'}`, () => {
        const whole = text.replaceAll('\n', ending);
        const before = analyzeText(whole, settings).diagnostics;
        for (const diagnostic of before) {
          for (const fix of diagnostic.fixes) {
            assert.ok(fix.edits.every((edit) => edit.uri === uri));
            const after = applyEdits(
              whole,
              fix.edits.flatMap(({ edits }) => edits),
            );
            assert.notEqual(after, whole);
            const left = analyzeText(after, settings).diagnostics;
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
