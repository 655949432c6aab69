/** Our JSON Schema in the language server that Red Hat's extension runs: what it says is what we then leave out. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { structureChecks } from '../../../src/engine/policy/checks/schema/structure-checks.ts';
import { jsonSchemaOf, problemsOfJsonSchema } from '../../../src/engine/policy/schema/json-schema.ts';
import { bundledKinds } from '../../../src/engine/policy/schema/schema-registry.ts';
import { fixtures, type Fixture } from '../../unit/policy/checks/fixture-files.ts';
import { until } from '../until.ts';

const said = structureChecks.filter(({ problems }) => problems.every((kind) => problemsOfJsonSchema.includes(kind)));
const saidCodes: ReadonlySet<string> = new Set(said.map(({ code }) => code));

/** Findings that it cannot have, each with the reason. */
const beyondSchemas: ReadonlySet<string> = new Set([
  // Of a kind that the workspace defines itself.
  'cel-rule/workspace-definition.yaml:65',
  // A length of time, which a JSON Schema knows as a text.
  'out-of-range/range.yaml:36',
  // True for Kubernetes; a text for readers of YAML 1.2.
  'wrong-type/boolean-label.yaml:8',
]);

describe('beside the YAML language server', { concurrency: false }, () => {
  let folder = '';
  let child: ChildProcessWithoutNullStreams;
  let connection: ProtocolConnection;
  const published = new Map<string, PublishDiagnosticsParams['diagnostics']>();

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-yaml-'));
    const schema = path.join(folder, 'schema.json');
    await writeFile(schema, JSON.stringify(jsonSchemaOf(bundledKinds('standard'))));
    const main = fileURLToPath(import.meta.resolve('yaml-language-server/bin/yaml-language-server'));
    child = spawn(process.execPath, [main, '--stdio']);
    connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    const yaml = {
      schemas: { [pathToFileURL(schema).href]: '*.yaml' },
      validate: true,
      schemaStore: { enable: false },
      kubernetesCRDStore: { enable: false },
    };
    connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: PublishDiagnosticsParams) => {
      published.set(uri, diagnostics);
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: readonly { section?: string }[] }) =>
      items.map(({ section }) => (section === 'yaml' ? yaml : null)),
    );
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('custom/schema/request', () => []);
    connection.listen();
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { configuration: true } },
      workspaceFolders: null,
    });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('workspace/didChangeConfiguration', { settings: { yaml } });
  });

  after(async () => {
    connection.dispose();
    child.kill();
    await rm(folder, { recursive: true, force: true });
  });

  /** First and last line, counted from one, of everything it finds. */
  async function linesOf({ name, text }: Fixture): Promise<readonly (readonly [number, number])[]> {
    const uri = `file:///fixtures/${name}`;
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    await connection.sendNotification('textDocument/didOpen', { textDocument });
    const found = await until('what it finds', () => published.get(uri));
    return found.map(({ range }) => [range.start.line + 1, range.end.line + 1] as const);
  }

  const concerned = fixtures.filter(({ expected }) => expected.some(({ code }) => saidCodes.has(code)));
  test('there is something to compare', () => assert.ok(concerned.length > 5));
  for (const fixture of concerned) {
    test(`it says of ${fixture.name} what we do not say again`, async () => {
      const found = await linesOf(fixture);
      for (const { code, line } of fixture.expected) {
        const here = `${fixture.name}:${String(line + 1)}`;
        if (!saidCodes.has(code) || beyondSchemas.has(here)) continue;
        assert.ok(
          found.some(([first, last]) => first <= line + 1 && last >= line + 1),
          `${here} ${code}`,
        );
      }
    });
  }

  // One of each rule, so that kinds of every sort are among them.
  const sound = fixtures.filter(
    ({ name, rule, expected }, index) =>
      expected.every(({ code }) => !/^MESH1[01]/.test(code)) &&
      fixtures.findIndex((other) => other.rule === rule) === index &&
      // Its text is for others to read: templates, and YAML that is none of ours.
      !/^(?:yaml-|experimental-field)/.test(name),
  );
  test(`it has nothing against ${sound.length} files that are well-formed`, async () => {
    assert.ok(sound.length > 100);
    const found = await Promise.all(
      sound.map(async (fixture) => ({ name: fixture.name, lines: await linesOf(fixture) })),
    );
    assert.deepEqual(
      found.filter(({ lines }) => lines.length > 0),
      [],
    );
  });
});
