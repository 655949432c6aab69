import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import { applyEdits } from '../../../../src/engine/policy/fixes/apply-edits.ts';
import { fixOf } from '../../../../src/engine/policy/fixes/text-edits.ts';

const added = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } };

describe('a document is appended in the language of the stream', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'YAML',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n',
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n',
    ],
    [
      'YAML without a line end',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}',
      '\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n',
    ],
    [
      'JSON',
      '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old"}}\n',
      '{\n  "apiVersion": "v1",\n  "kind": "ConfigMap",\n  "metadata": {\n    "name": "new"\n  }\n}\n',
    ],
    [
      'objects of JSON, without a line end',
      '{\n  "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old"}\n}\n{\n  "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}\n}',
      '\n{\n  "apiVersion": "v1",\n  "kind": "ConfigMap",\n  "metadata": {\n    "name": "new"\n  }\n}\n',
    ],
    [
      'YAML that begins with a brace',
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: old}}\n',
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n',
    ],
  ];
  for (const [name, before, end] of cases) {
    test(name, () => {
      const files = new WorkspaceFiles();
      files.setDisk('file:///a.yaml', before);
      const [object] = files.objects();
      assert.ok(object);
      const fix = fixOf(files, { title: 'Add', changes: [{ type: 'append-document', object, value: added }] });
      const after = applyEdits(before, fix?.edits.flatMap(({ edits }) => edits) ?? []);
      assert.equal(after, before + end);
      files.setDisk('file:///a.yaml', after);
      assert.equal(files.objects().at(-1)?.name, 'new');
    });
  }
});
