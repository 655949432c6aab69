import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pinnedNode, run } from '../../../scripts/code-server/programs.mjs';
import { packageExtension } from '../../../scripts/package.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** Everything a `.vsix` of ours may hold; the rule pages are one a rule. */
const allowed = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/dataplane-worker.js',
  'extension/dist/extension.cjs',
  'extension/dist/meshlens.js',
  'extension/dist/package.json',
  'extension/dist/reaper.js',
  'extension/dist/tunnel-worker.js',
  'extension/dist/webview/codicon.css',
  'extension/dist/webview/codicon.ttf',
  'extension/dist/webview/layout.worker.js',
  'extension/dist/webview/panel.css',
  'extension/dist/webview/panel.js',
  'extension/media/activity-bar.svg',
  'extension/media/icon.png',
  'extension/media/panel-dark.svg',
  'extension/media/panel-light.svg',
  'extension/media/schemas/local-mesh.schema.json',
  ...['change', 'openMesh', 'startMesh', 'try', 'watch'].map((step) => `extension/media/walkthrough/${step}.md`),
  'extension/package.json',
  'extension/package.nls.json',
  'extension/readme.md',
  'extension/samples/bookinfo-kubernetes/gateway.yaml',
  'extension/samples/bookinfo-kubernetes/routes.yaml',
  'extension/samples/bookinfo-kubernetes/services.yaml',
];

/** Names of the files in a ZIP archive, from its central directory (APPNOTE 4.3.12). */
function entriesOf(archive: Buffer): string[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  assert.ok(end > 0, 'the archive has an end record');
  const names: string[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    names.push(archive.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}

describe('the package', () => {
  let folder: string;
  let archive: Buffer;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-package-'));
    if (!existsSync(path.join(root, 'dist', 'meshlens.js'))) {
      const { code, text } = await run(pinnedNode(), [path.join(root, 'scripts', 'build.mjs')], { cwd: root });
      assert.equal(code, 0, text);
    }
    const file = path.join(folder, 'meshlens.vsix');
    await packageExtension(file);
    archive = await readFile(file);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('holds exactly what the product needs', async () => {
    const pages = await readdir(path.join(root, 'docs', 'rules')).catch(() => []);
    const pieces = Object.keys(await readOutputs()).filter((file) => /^dist\/main-[A-Z0-9]+\.c?js$/.test(file));
    assert.ok(pieces.length > 0);
    const expected = [
      ...allowed,
      ...pieces.map((file) => `extension/${file}`),
      ...pages.map((page) => `extension/docs/rules/${page}`),
    ];
    assert.deepEqual(entriesOf(archive).toSorted(), expected.toSorted());
  });

  test('is smaller than 3 MB', (t) => {
    t.diagnostic(`${(archive.length / 1024).toFixed(0)} KiB`);
    assert.ok(archive.length < 3_000_000);
  });
});

interface Output {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
  readonly entryPoint?: string;
  readonly bytes: number;
}

async function readOutputs(): Promise<Readonly<Record<string, Output>>> {
  const text = await readFile(path.join(root, 'dist', 'metafile.json'), 'utf8');
  return (JSON.parse(text) as { readonly outputs: Readonly<Record<string, Output>> }).outputs;
}

test('what is loaded at activation holds no library of the engine or of the panel', async () => {
  const bundle = (await readOutputs())['dist/extension.cjs'];
  assert.ok(bundle !== undefined);
  const libraries = new Set(
    Object.keys(bundle.inputs).flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
  );
  const foreign = [
    '@kubernetes/client-node',
    'undici',
    'cytoscape',
    'lit',
    'yaml',
    'js-yaml',
    're2js',
    '@peculiar/x509',
  ];
  assert.deepEqual(
    foreign.filter((name) => libraries.has(name)),
    [],
  );
  assert.deepEqual(
    Object.keys(bundle.inputs).filter((file) => /^src\/(engine|cli|webview)\//.test(file)),
    [],
  );
  assert.ok(bundle.bytes < 700_000, `${bundle.bytes} bytes`);
});

test('analyzing files loads no part of a cluster, a local mesh or an editor, no library before it is needed, and an answer from the cache no analyzer', async () => {
  const outputs = await readOutputs();
  /** What is read before the first line of the entry points runs. */
  const inputsOf = (...entries: readonly string[]): readonly string[] => {
    const files = entries.map(
      (entry) => Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entry) ?? '',
    );
    const seen = new Set<string>();
    for (const file of files) {
      assert.ok(outputs[file], 'there is such an entry point');
      seen.add(file);
    }
    for (const file of seen)
      for (const { path: other, kind } of outputs[file]?.imports ?? [])
        if (kind === 'import-statement' && outputs[other]) seen.add(other);
    return [...seen].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
  };
  const start = 'src/cli/main.ts';
  const analyzing = inputsOf(start, 'src/cli/files-model.ts');
  assert.ok(analyzing.includes('src/engine/policy/analyze.ts'));
  const foreign =
    /^src\/engine\/(?:engine\.ts|server|localmesh|dataplane|devproxy|telemetry|topology|discovery\/kubernetes)|vscode-languageserver|undici|@peculiar/;
  assert.deepEqual(
    analyzing.filter((file) => foreign.test(file)),
    [],
  );
  const late = /^node_modules\/|^src\/.*\/(?:cel-program\.ts|envoy-fields\.json)$/;
  assert.deepEqual(
    analyzing.filter((file) => late.test(file)),
    [],
  );
  const answering = inputsOf(start);
  for (const part of ['src/cli/commands/analyze.ts', 'src/cli/findings-cache.ts']) assert.ok(answering.includes(part));
  assert.deepEqual(
    answering.filter((file) => /^src\/engine\/policy\/(?!checks\/(?:engine\/|check\.ts))|node_modules/.test(file)),
    [],
  );
});
