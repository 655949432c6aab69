import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';

const uri = 'file:///a.yaml';
const service = (name: string, port = 80): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {ports: [{port: ${port}}]}\n`;

const names = (files: WorkspaceFiles, state: 'saved' | 'unsaved' = 'unsaved'): readonly string[] =>
  files.objects(state).map(({ kind, name }) => `${kind} ${name}`);

describe('WorkspaceFiles', () => {
  test('unsaved text overrides what is on disk, until it is closed', () => {
    const files = new WorkspaceFiles();
    files.setDisk(uri, service('cart'));
    files.setOpen(uri, service('basket'), 1);
    assert.deepEqual(names(files), ['Service basket']);
    assert.deepEqual(names(files, 'saved'), ['Service cart']);
    assert.equal(files.textOf(uri), service('basket'));
    files.setDisk(uri, service('basket'));
    assert.deepEqual(names(files, 'saved'), ['Service basket']);
    files.close(uri);
    assert.deepEqual(names(files), ['Service basket']);
  });

  test('a file that was never saved is gone when it is closed', () => {
    const files = new WorkspaceFiles();
    files.setOpen(uri, service('cart'), 1);
    assert.deepEqual(names(files, 'saved'), []);
    files.close(uri);
    assert.deepEqual([...files.files()], []);
  });

  test('a file removed from disk stays as long as it is open', () => {
    const files = new WorkspaceFiles();
    files.setDisk(uri, service('cart'));
    files.setOpen(uri, service('cart'), 1);
    files.remove(uri);
    assert.deepEqual(names(files), ['Service cart']);
    files.close(uri);
    assert.deepEqual(names(files), []);
  });

  test('a folder removed from disk takes its files with it, and no others', () => {
    const files = new WorkspaceFiles();
    for (const [file, name] of [
      ['file:///shop.yaml', 'a'],
      ['file:///shop/b.yaml', 'b'],
      ['file:///shop/old/c.yaml', 'c'],
      ['file:///shop/open.yaml', 'd'],
      ['file:///shops/e.yaml', 'e'],
    ] as const)
      files.setDisk(file, service(name));
    files.setOpen('file:///shop/open.yaml', service('d'), 1);
    files.removeFolder('file:///shop');
    assert.deepEqual(names(files), ['Service a', 'Service d', 'Service e']);
    files.removeFolder('file:///nothing');
    assert.equal(names(files).length, 3);
  });

  test('an older version of the text is ignored', () => {
    const files = new WorkspaceFiles();
    files.setOpen(uri, service('new'), 5);
    files.setOpen(uri, service('old'), 4);
    assert.deepEqual(names(files), ['Service new']);
    assert.equal(files.versionOf(uri), 5);
  });

  test('the revision grows only when something changed', () => {
    const files = new WorkspaceFiles();
    files.setDisk(uri, service('cart'));
    const { revision } = files;
    files.setDisk(uri, service('cart'));
    assert.equal(files.revision, revision);
    files.setOpen(uri, `${service('cart')}# comment\n`, 1);
    assert.ok(files.revision > revision);
  });

  test('documents that did not change are the same objects after an edit', () => {
    const files = new WorkspaceFiles();
    files.setOpen(uri, [service('a'), service('b'), service('c')].join('---\n'), 1);
    const before = files.objects();
    files.setOpen(uri, [`# one more line\n${service('a')}`, service('b', 81), service('c')].join('---\n'), 2);
    const after = files.objects();
    // Comments are no change.
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
    assert.equal(after[2], before[2]);
    assert.equal(files.file(uri)?.documents[2]?.line, 10);
  });

  test('objects say where they come from, and the namespace they are taken to have', () => {
    const files = new WorkspaceFiles({ defaultNamespace: 'mine' });
    files.setDisk(
      uri,
      'apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {x: z, count: 1}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: v}\n---\nkind: Nothing\n---\napiVersion: v1\nkind: Service\n',
    );
    assert.deepEqual(
      files
        .objects()
        .map(({ kind, namespace, origin, labels, rest }) => [kind, namespace, origin.document, labels, rest]),
      [
        ['Service', 'mine', 0, { x: 'z' }, undefined],
        ['Namespace', '', 1, {}, undefined],
        ['ConfigMap', 'mine', 2, {}, { data: { k: 'v' } }],
      ],
    );
    assert.ok(files.objects().every(({ origin }) => origin.layer === 'workspace' && origin.source === uri));
  });

  test('what a test expects by the name of its file declares nothing', () => {
    const files = new WorkspaceFiles();
    files.setDisk('file:///shop/e2e/00-install.yaml', service('cart'));
    files.setDisk('file:///shop/e2e/00-assert.yaml', service('expected'));
    files.setDisk('file:///shop/e2e/01-errors.yaml', service('gone'));
    files.setDisk('file:///shop/e2e/assert.yaml', service('assert'));
    assert.deepEqual(names(files), ['Service cart', 'Service assert']);
  });

  describe('patches of Kustomize', () => {
    const overlay = 'file:///shop/overlays/prod%20eu/kustomization.yaml';
    const patch = 'file:///shop/overlays/prod%20eu/larger.yaml';
    const shared = 'file:///shop/patches/shared.yaml';
    const overlaid = (text: string): WorkspaceFiles => {
      const files = new WorkspaceFiles();
      files.setDisk(patch, service('larger'));
      files.setDisk(overlay, text);
      files.setDisk(shared, service('shared'));
      files.setDisk('file:///shop/base/web.yaml', service('web'));
      return files;
    };

    for (const [form, text] of [
      ['patches', 'patches: [{path: larger.yaml}, {path: ../../patches/shared.yaml, target: {kind: Service}}]'],
      ['patchesStrategicMerge', 'patchesStrategicMerge: [./larger.yaml, ../../patches/shared.yaml, "a: 1\\nb: 2"]'],
      ['patchesJson6902', 'patchesJson6902: [{path: larger.yaml}, {path: ../../patches/shared.yaml}]'],
    ] as const) {
      test(`declare nothing, but can be worked on: ${form}`, () => {
        const files = overlaid(text);
        assert.deepEqual(names(files), ['Service web']);
        assert.deepEqual(names(files, 'saved'), ['Service web']);
        assert.deepEqual(
          [...files.files()].map(({ uri: each }) => each),
          ['file:///shop/base/web.yaml', overlay],
        );
        assert.ok(files.file(patch), 'completion and help go on');
      });
    }

    test('are objects again once nobody calls them patches', () => {
      const files = overlaid('patches: [{path: larger.yaml}]');
      assert.deepEqual(names(files), ['Service web', 'Service shared']);
      files.setOpen(overlay, 'resources: [larger.yaml]', 1);
      assert.deepEqual(names(files), ['Service web', 'Service larger', 'Service shared']);
      files.setOpen(overlay, 'patches: [{path: larger.yaml}]', 2);
      files.setOpen(overlay, 'patches: [{path: ', 3);
      assert.deepEqual(names(files), ['Service web', 'Service shared'], 'half typed it says what it last said');
      files.close(overlay);
      assert.deepEqual(names(files), ['Service web', 'Service shared']);
      files.remove(overlay);
      assert.deepEqual(names(files), ['Service web', 'Service larger', 'Service shared']);
    });

    test('may say themselves what they are', () => {
      const files = new WorkspaceFiles();
      files.setDisk(uri, `${service('cart')}---\n$patch: delete\n${service('old')}`);
      assert.deepEqual(names(files), ['Service cart']);
    });

    for (const text of ['patches: 7', 'patches: [{path: [a]}, null, {path: "http://["}]', '- patches', 'patches: [']) {
      test(`are none where it is written wrong: ${text}`, () => {
        assert.equal(names(overlaid(text)).length, 3);
      });
    }
  });

  test('a LocalMesh brings its services and workloads, each with its place', () => {
    const files = new WorkspaceFiles();
    const text = `apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata: {name: shop, namespace: shop}
spec:
  services:
    - name: cart
      ports: [{name: http, port: 8080}]
      workloads:
        - {version: v2, run: node cart.mjs}
`;
    files.setDisk(uri, text);
    assert.deepEqual(names(files), ['LocalMesh shop', 'Service cart', 'WorkloadEntry cart-v2-0']);
    const resource = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'cart' };
    assert.deepEqual(files.locate({ resource, path: [] }), {
      resource,
      path: [],
      uri,
      range: { start: { line: 5, character: 6 }, end: { line: 5, character: 16 } },
    });
    // While the file is being typed, what it certainly declares is still known.
    files.setOpen(uri, text.replace('port: 8080', 'port: '), 1);
    assert.deepEqual(names(files), ['LocalMesh shop', 'Service cart', 'WorkloadEntry cart-0']);
  });

  test('locate fills in file and range, and leaves alone what no file declares', () => {
    const files = new WorkspaceFiles();
    files.setDisk('file:///b.yaml', `# one\n---\n${service('cart')}`);
    const resource = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'cart' };
    assert.deepEqual(files.locate({ resource, path: ['spec', 'ports', 0, 'port'] }), {
      resource,
      path: ['spec', 'ports', 0, 'port'],
      uri: 'file:///b.yaml',
      range: { start: { line: 5, character: 22 }, end: { line: 5, character: 24 } },
    });
    const other = { resource: { ...resource, name: 'other' }, path: [] };
    assert.equal(files.locate(other), other);
  });
});
