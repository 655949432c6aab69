/** The configuration file in the editor: completion, help, and rules switched off in it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { completion } from '../../../src/engine/language/completion.ts';
import { documentSymbols } from '../../../src/engine/language/document-symbols.ts';
import { hover } from '../../../src/engine/language/hover.ts';
import { workspaceSuppression } from '../../../src/engine/language/workspace-suppression.ts';
import { applyEdits } from '../../../src/engine/policy/fixes/apply-edits.ts';
import { compareText } from '../../../src/shared/compare.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { sceneOf } from './language-scene.ts';

const docsRoot = 'file:///meshlens/';
const settings = resolveMeshSettings();

describe('completion', () => {
  const labels = (text: string): readonly string[] => {
    const { files, snapshot, uri, position } = sceneOf({ '.meshlensrc.yaml': text });
    const items = [...completion(files, snapshot, settings, uri, position)];
    return items.sort((a, b) => compareText(a.sortText, b.sortText)).map(({ label }) => label);
  };
  test('fields of the file, and no others', () => {
    assert.deepEqual(labels('rules: {}\n¦'), ['overrides', 'ignore', 'mesh']);
    assert.deepEqual(labels('overrides:\n  - ¦'), ['rules', 'paths', 'objects']);
  });
  test('names of rules, without those that are there', () => {
    const names = labels('rules:\n  unknown-host: off\n  ¦');
    assert.ok(names.includes('unknown-subset') && names.includes('MESH1204'));
    assert.ok(!names.includes('unknown-host'));
    assert.ok(labels('overrides:\n  - paths: [a]\n    rules:\n      ¦').includes('unknown-subset'));
  });
  test('levels', () => {
    assert.deepEqual(labels('rules:\n  unknown-host: ¦'), ['off', 'hint', 'information', 'warning', 'error']);
  });
  test('other files offer no such kind', () => {
    const { files, snapshot, uri, position } = sceneOf({ 'a.yaml': 'apiVersion: meshlens.dev/v1alpha1\nkind: ¦\n' });
    assert.deepEqual(
      completion(files, snapshot, settings, uri, position).map(({ label }) => label),
      ['LocalMesh'],
    );
  });
});

test('help for its fields', () => {
  const { files, snapshot, uri, position } = sceneOf({ '.meshlensrc.yaml': 'mesh:\n  clus¦terDomain: a.b\n' });
  assert.match(
    hover(files, snapshot, settings, uri, position, docsRoot)?.contents ?? '',
    /Domain behind the names of services/,
  );
});

describe('help for rules', () => {
  const helpFor = (text: string): string => {
    const { files, snapshot, uri, position } = sceneOf({ '.meshlensrc.yaml': text });
    return hover(files, snapshot, settings, uri, position, docsRoot)?.contents ?? '';
  };
  test('by name', () => {
    const help = helpFor('rules:\n  unknown-¦host: off\n');
    assert.match(help, /^\*\*unknown-host\*\* · \[MESH1203\]\(file:\/\/\/meshlens\/docs\/rules\/MESH1203\.md\)/);
    assert.match(
      help,
      /no Service or ServiceEntry has\. Error unless set otherwise\.\n\nAlso known as IST0101, KIA1101\.$/,
    );
  });
  test('by code, in an override', () => {
    const help = helpFor('overrides:\n  - paths: [a]\n    rules: {MESH12¦03: off}\n');
    assert.match(help, /^\*\*unknown-host\*\*/);
  });
  test('by the code of another tool, which stands for several', () => {
    const help = helpFor('rules:\n  IST01¦31: off\n');
    assert.match(help, /unreachable-rule[^]*---[^]*ineffective-match/);
  });
  test('a name that is none, and other keys', () => {
    assert.doesNotMatch(helpFor('rules:\n  no-su¦ch: off\n'), /MESH/);
    assert.doesNotMatch(helpFor('ru¦les: {}\n'), /MESH/);
  });
  test('a word about each where names are offered', () => {
    const { files, snapshot, uri, position } = sceneOf({ '.meshlensrc.yaml': 'rules:\n  ¦' });
    const items = completion(files, snapshot, settings, uri, position);
    const found = items.find(({ label }) => label === 'single-weight');
    assert.equal(found?.detail, 'MESH1302');
    assert.match(found.documentation ?? '', /Warning unless set otherwise\.$/);
  });
});

test('it is no object in the outline', () => {
  const { files, uri } = sceneOf({ '.meshlensrc.yaml': 'rules: {}¦' });
  assert.deepEqual(documentSymbols(files, uri), []);
});

describe('a rule switched off for the workspace', () => {
  const finding = { uri: 'file:///w/app/a.yaml', code: 'MESH1203', rule: 'unknown-host', aliases: ['IST0101'] };
  const written = (text: string, uri = 'file:///w/.meshlensrc.yaml'): string | undefined => {
    const files = new WorkspaceFiles();
    files.setDisk(uri, text);
    const found = workspaceSuppression(files, finding, 'file:///w');
    assert.ok(!found || (found.uri === uri && !found.isNew));
    return found && applyEdits(text, found.edits[0]?.edits ?? []);
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'rules:\n  unknown-host: "off"\n'],
    ['a comment', '# ours', '# ours\nrules:\n  unknown-host: "off"\n'],
    ['another field', 'ignore: [a] # why\n', 'ignore: [a] # why\nrules:\n  unknown-host: "off"\n'],
    [
      'other rules',
      'rules:\n  unknown-subset: hint # soon\nignore: []\n',
      'rules:\n  unknown-subset: hint # soon\n  unknown-host: "off"\nignore: []\n',
    ],
    ['rules on a line', 'rules: {unknown-subset: hint}\n', 'rules: {unknown-subset: hint, unknown-host: "off"}\n'],
    ['another level', 'rules:\n  unknown-host: hint\n', 'rules:\n  unknown-host: "off"\n'],
    ['another level by another name', 'rules:\n  IST0101: hint\n', 'rules:\n  IST0101: "off"\n'],
    ['CRLF', 'rules:\r\n  unknown-subset: hint\r\n', 'rules:\r\n  unknown-subset: hint\r\n  unknown-host: "off"\r\n'],
  ];
  for (const [name, before, after] of cases) test(name, () => assert.equal(written(before), after));

  test('no file: it is made, in the folder of the workspace', () => {
    const found = workspaceSuppression(new WorkspaceFiles(), finding, 'file:///w');
    assert.equal(found?.uri, 'file:///w/.meshlensrc.yaml');
    assert.equal(found?.isNew, true);
    assert.match(applyEdits('', found?.edits[0]?.edits ?? []), /^# .*\nrules:\n {2}unknown-host: "off"\n$/);
  });
  test('no folder: there is nowhere to write it', () => {
    assert.equal(workspaceSuppression(new WorkspaceFiles(), finding, undefined), undefined);
  });
  test('the nearest file is the one that counts', () => {
    const files = new WorkspaceFiles();
    for (const folder of ['w', 'w/app', 'w/other']) files.setDisk(`file:///${folder}/.meshlensrc.yaml`, 'ignore: []');
    assert.equal(workspaceSuppression(files, finding, 'file:///w')?.uri, 'file:///w/app/.meshlensrc.yaml');
  });
});
