/** The engine as every editor sees it: a process that speaks the Language Server Protocol over its standard streams. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CompletionItem,
  type Diagnostic,
  type Hover,
  type Location,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { until } from '../until.ts';

const root = path.resolve(import.meta.dirname, '../../..');

class Editor {
  readonly diagnostics = new Map<string, PublishDiagnosticsParams>();
  readonly connection: ProtocolConnection;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor() {
    this.#child = spawn(process.execPath, [path.join(root, 'dist/meshlens.js'), 'lsp', '--stdio']);
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.#child.stdout),
      new StreamMessageWriter(this.#child.stdin),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: PublishDiagnosticsParams) => void this.diagnostics.set(params.uri, params),
    );
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.listen();
  }

  async open(folder: string, trusted: boolean): Promise<void> {
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      capabilities: { workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } } },
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'bookinfo' }],
      initializationOptions: { trusted, autoStart: false },
    });
    await this.connection.sendNotification('initialized', {});
  }

  ask<T>(method: string, params: unknown): Promise<T> {
    return this.connection.sendRequest(method, params);
  }

  async leave(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return this.exited;
  }
}

describe('the language server', () => {
  const editor = new Editor();
  let folder = '';
  let uri = '';
  let text = '';
  const at = (needle: string, offset = 0): { line: number; character: number } => {
    const index = text.indexOf(needle) + offset;
    const before_ = text.slice(0, index).split('\n');
    return { line: before_.length - 1, character: before_.at(-1)?.length ?? 0 };
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-lsp-'));
    await cp(path.join(root, 'samples/bookinfo'), folder, { recursive: true });
    const file = path.join(folder, 'reviews-route.yaml');
    uri = pathToFileURL(file).href;
    text = (await readFile(file, 'utf8')).replace(/host: reviews\b/, 'host: reviewz');
    await editor.open(folder, false);
    await editor.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
  });
  after(async () => {
    assert.equal(await editor.leave(), 0);
    await rm(folder, { recursive: true, force: true });
  });

  test('a misspelt host is marked on exactly its characters, with a fix', async () => {
    const found = await until('the diagnostic', () =>
      editor.diagnostics.get(uri)?.diagnostics.find(({ message }) => JSON.stringify(message).includes('reviewz')),
    );
    assert.deepEqual(found.range, { start: at('reviewz'), end: at('reviewz', 'reviewz'.length) });
    assert.deepEqual([found.code, found.source, found.severity], ['MESH1203', 'Meshlens', 1]);
    const actions = await editor.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: found.range,
      context: { diagnostics: [] },
    });
    const fix = actions.find(({ isPreferred }) => isPreferred);
    assert.deepEqual(fix?.edit?.changes?.[uri], [{ range: found.range, newText: 'reviews' }]);
    const page = found.codeDescription?.href ?? '';
    assert.match(page, /^file:.*docs\/rules\/MESH1203\.md$/);
    await readFile(new URL(page), 'utf8');
  });

  test('hover says what a host stands for, definition leads to its declaration', async () => {
    const position = at('    - reviews\n', 8);
    const hover = await editor.ask<Hover>('textDocument/hover', { textDocument: { uri }, position });
    assert.match(JSON.stringify(hover.contents), /reviews.*9080/s);
    const [place] = await editor.ask<Location[]>('textDocument/definition', { textDocument: { uri }, position });
    assert.match(place?.uri ?? '', /meshlens\.yaml$/);
  });

  test('completion offers the subsets there are', async () => {
    const items = await editor.ask<CompletionItem[]>('textDocument/completion', {
      textDocument: { uri },
      position: at('subset: v2', 'subset: '.length),
    });
    assert.deepEqual(
      items
        .map(({ label }) => label)
        .filter((label) => /^v\d$/.test(label))
        .sort(),
      ['v1', 'v2', 'v3'],
    );
  });

  test('the diagnostic goes when the mistake does, and comes back from disk', async () => {
    const fixed = text.replace('reviewz', 'reviews');
    await editor.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: fixed }],
    });
    await until('no diagnostic', () => editor.diagnostics.get(uri)?.diagnostics.length === 0);
    await writeFile(path.join(folder, 'reviews-route.yaml'), text);
    await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
    await until('the diagnostic of the file on disk', () =>
      editor.diagnostics.get(uri)?.diagnostics.some(({ message }) => JSON.stringify(message).includes('reviewz')),
    );
  });

  test('a rule is switched off for the workspace in a file that is made, and is back when that goes', async () => {
    const wrong = (): Diagnostic | undefined =>
      editor.diagnostics.get(uri)?.diagnostics.find(({ message }) => JSON.stringify(message).includes('reviewz'));
    const { range } = await until('the diagnostic', wrong);
    const context = { diagnostics: [] };
    const actions = await editor.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context,
    });
    const action = actions.find(({ title }) => title.endsWith('for the workspace'));
    const file = path.join(folder, '.meshlensrc.yaml');
    const created = pathToFileURL(file).href;
    const [creation, edit] = action?.edit?.documentChanges ?? [];
    assert.deepEqual(creation, { kind: 'create', uri: created, options: { ignoreIfExists: true } });
    assert.ok(edit && 'edits' in edit && edit.textDocument.uri === created);
    await writeFile(file, edit.edits.map((each) => ('newText' in each ? each.newText : '')).join(''));
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: created, type: 1 }],
    });
    await until('silence', () => wrong() === undefined);
    await rm(file);
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: created, type: 3 }],
    });
    await until('the diagnostic', wrong);
  });

  test('a folder that comes brings its files, whatever its name, and takes them along when it goes', async () => {
    const named = path.join(folder, 'k8s (prod)@1+2');
    const file = path.join(named, 'a b.yaml');
    await mkdir(named);
    await writeFile(file, 'apiVersion: networking.istio.io/v1\nkind: VirtualServices\nmetadata: {name: a}\n');
    // Editors tell of the folder alone, and write more characters as numbers than Node.js does.
    const escaped = (place: string): string =>
      `file://${place
        .split('/')
        .map((name) => encodeURIComponent(name).replaceAll(/[()]/g, (each) => (each === '(' ? '%28' : '%29')))
        .join('/')}`;
    const watched = (type: number) =>
      editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: escaped(named), type }],
      });
    const count = (): number =>
      [...editor.diagnostics.values()]
        .filter((each) => fileURLToPath(each.uri) === file)
        .reduce((sum, { diagnostics }) => sum + diagnostics.length, 0);
    await watched(1);
    await until('the finding', () => count() === 1);
    const opened = escaped(file);
    assert.notEqual(opened, pathToFileURL(file).href);
    await editor.connection.sendNotification('textDocument/didOpen', {
      textDocument: {
        uri: opened,
        languageId: 'yaml',
        version: 1,
        text: 'apiVersion: networking.istio.io/v1\nkind: Nothings\nmetadata: {name: a}\n',
      },
    });
    await until('what is said of the text in the editor', () =>
      [...editor.diagnostics.values()].some(({ diagnostics }) =>
        diagnostics.some(({ message }) => JSON.stringify(message).includes('Nothings')),
      ),
    );
    assert.equal(
      count(),
      [...editor.diagnostics.values()].find((each) => fileURLToPath(each.uri) === file)?.diagnostics.length,
    );
    await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri: opened } });
    await until('the finding of the file on disk', () => count() === 1);
    await rm(named, { recursive: true });
    await watched(3);
    await until('nothing', () => count() === 0);
  });

  test('a rule that is switched off while it runs is silent', async () => {
    const analysis = { rules: { MESH1203: 'off' }, debounce: 10 };
    const settings = { analysis, mesh: {}, traces: { keep: 10 }, ports: { registry: 0, metrics: 0, otlp: 0 } };
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings });
    await until('no diagnostic', () => editor.diagnostics.get(uri)?.diagnostics.length === 0);
  });

  test('an untrusted workspace gets no process started', async () => {
    const status = await editor.ask<{ phase: string; message?: string }>('mesh/local/start', {});
    assert.equal(status.phase, 'failed');
    assert.match(status.message ?? '', /not trusted/);
  });

  test('wrong parameters are refused in words', async () => {
    await assert.rejects(
      editor.ask('mesh/route', { request: { port: 'eighty' } }),
      /params\.request\.port must be a number/,
    );
    await assert.rejects(editor.ask('mesh/request', { host: 'reviews' }), /not running/);
  });
});

test('the server ends when its editor goes away without a word', async () => {
  const editor = new Editor();
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-lsp-'));
  await editor.open(folder, true);
  editor.connection.end();
  assert.equal(await editor.exited, 0);
  await rm(folder, { recursive: true, force: true });
});
