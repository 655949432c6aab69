/** What a configuration file does to the findings of the files around it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import { FileRules } from '../../../../src/engine/policy/analysis/file-rules.ts';
import { IncrementalAnalyzer } from '../../../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../../../src/shared/mesh-settings.ts';
import type { RuleSettings } from '../../../../src/shared/rule-settings.ts';

const route = (name: string, namespace = '{namespace: shop, '): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: ${namespace}name: ${name}}
spec:
  hosts: [${name}.example.com]
  http:
    - route: [{destination: {host: cartt}}]
`;
const service = `apiVersion: v1
kind: Service
metadata: {namespace: shop, name: cart}
spec: {ports: [{name: http, port: 80}]}
`;

interface Given {
  readonly settings?: RuleSettings;
  readonly commandLine?: RuleSettings;
}

/** `app/a.yaml warning unknown-host` for every finding. */
function findings(texts: Readonly<Record<string, string>>, { settings = {}, commandLine = {} }: Given = {}): string[] {
  const files = new WorkspaceFiles();
  for (const [name, text] of Object.entries(texts)) files.setDisk(`file:///w/${name}`, text);
  return found(files, new IncrementalAnalyzer(), settings, commandLine);
}

function found(
  files: WorkspaceFiles,
  analyzer: IncrementalAnalyzer,
  settings: RuleSettings = {},
  commandLine: RuleSettings = {},
): string[] {
  const fileRules = new FileRules(settings, commandLine, (uri) => files.configurationOf(uri));
  return analyzer
    .analyze({ files, settings: resolveMeshSettings(files.mesh), fileRules })
    .diagnostics.map(({ uri, severity, rule }) => `${uri.slice('file:///w/'.length)} ${severity} ${rule}`);
}

const texts = { 'a.yaml': route('a'), 'test/b.yaml': route('b'), 'service.yaml': service };
const unconfigured = ['a.yaml error unknown-host', 'test/b.yaml error unknown-host'];

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['an empty file changes nothing', '', unconfigured],
  ['a rule by its name', 'rules: {unknown-host: hint}', ['a.yaml hint unknown-host', 'test/b.yaml hint unknown-host']],
  ['by its code', 'rules: {MESH1203: off}', []],
  ['by the code of another tool', 'rules: {IST0101: "off"}', []],
  [
    'the code counts before the name, the name before other tools',
    'rules: {IST0101: off, unknown-host: off, MESH1203: hint}',
    ['a.yaml hint unknown-host', 'test/b.yaml hint unknown-host'],
  ],
  ['for a folder', 'overrides: [{paths: [test], rules: {unknown-host: off}}]', ['a.yaml error unknown-host']],
  [
    'the last override counts',
    'overrides: [{paths: ["**"], rules: {MESH1203: off}}, {paths: [test], rules: {unknown-host: warning}}]',
    ['test/b.yaml warning unknown-host'],
  ],
  [
    'for an object',
    'overrides: [{objects: [VirtualService/shop/a], rules: {unknown-host: off}}]',
    ['test/b.yaml error unknown-host'],
  ],
  [
    'for objects of any namespace',
    'overrides: [{objects: ["*/b"], rules: {unknown-host: off}}]',
    ['a.yaml error unknown-host'],
  ],
  [
    'for objects of a folder',
    'overrides: [{paths: [test], objects: ["VirtualService/*/a"], rules: {unknown-host: off}}]',
    unconfigured,
  ],
  ['a folder is left out', 'ignore: [test]', ['a.yaml error unknown-host']],
  ['what is left out declares nothing', 'ignore: [service.yaml]', []],
  [
    'nonsense counts for nothing, and is told',
    'rules: {unknown-host: loud}\noverrides: nonsense\nignore: {}',
    [
      '.meshlensrc.yaml error unknown-value',
      '.meshlensrc.yaml error wrong-type',
      '.meshlensrc.yaml error wrong-type',
      ...unconfigured,
    ],
  ],
  [
    'a rule that does not exist, and a path outside',
    'rules: {unknown-hosst: off}\noverrides: [{paths: [../x], rules: {IST9999: off}}]',
    [
      '.meshlensrc.yaml warning configuration-without-effect',
      '.meshlensrc.yaml warning configuration-without-effect',
      '.meshlensrc.yaml warning configuration-without-effect',
      ...unconfigured,
    ],
  ],
  ['an unknown field', 'rule: {}', ['.meshlensrc.yaml error unknown-field', ...unconfigured]],
  ['broken text', 'rules: {', ['.meshlensrc.yaml error yaml-syntax', ...unconfigured]],
];
describe('one configuration file', () => {
  for (const [name, configuration, expected] of cases) {
    test(name, () => assert.deepEqual(findings({ ...texts, '.meshlensrc.yaml': configuration }), expected));
  }
});

describe('precedence', () => {
  const configuration = 'rules: {unknown-host: warning}';
  test('the file counts before the settings, whatever they call the rule', () => {
    const all = { 'a.yaml': route('a'), 'service.yaml': service, '.meshlensrc.yaml': configuration };
    assert.deepEqual(findings(all, { settings: { MESH1203: 'off' } }), ['a.yaml warning unknown-host']);
  });
  test('settings count for what the file does not say', () => {
    const all = { 'a.yaml': route('a'), 'service.yaml': service, '.meshlensrc.yaml': 'rules: {unknown-subset: off}' };
    assert.deepEqual(findings(all, { settings: { IST0101: 'hint' } }), ['a.yaml hint unknown-host']);
  });
  test('the command line counts before overrides', () => {
    const file = 'overrides: [{paths: ["**"], objects: ["*/*/*"], rules: {MESH1203: off}}]';
    const all = { 'a.yaml': route('a'), 'service.yaml': service, '.meshlensrc.yaml': file };
    assert.deepEqual(findings(all, { commandLine: { IST0101: 'information' } }), ['a.yaml information unknown-host']);
  });
});

describe('several configuration files', () => {
  test('the nearest counts alone', () => {
    const nearest = { '.meshlensrc.yaml': 'rules: {unknown-host: off}', 'test/.meshlensrc.yaml': 'ignore: []' };
    assert.deepEqual(findings({ ...texts, ...nearest }), ['test/b.yaml error unknown-host']);
  });
  test('paths are relative to the file that names them', () => {
    const inner = { 'test/.meshlensrc.yaml': 'ignore: [b.yaml]' };
    assert.deepEqual(findings({ ...texts, ...inner }), ['a.yaml error unknown-host']);
  });
  test('of the mesh the one nearest to the root tells', () => {
    const files = new WorkspaceFiles();
    files.setDisk('file:///w/test/.meshlensrc.yaml', 'mesh: {clusterDomain: inner.example}');
    assert.deepEqual(files.mesh, { clusterDomain: 'inner.example' });
    files.setDisk('file:///w/.meshlensrc.yml', 'mesh: {clusterDomain: outer.example, gatewayApiChannel: experimental}');
    assert.deepEqual(files.mesh, { clusterDomain: 'outer.example', gatewayApiChannel: 'experimental' });
    files.remove('file:///w/.meshlensrc.yml');
    assert.deepEqual(files.mesh, { clusterDomain: 'inner.example' });
  });
});

test('edits of the configuration count at once, and what they undo comes back', () => {
  const files = new WorkspaceFiles();
  for (const [name, text] of Object.entries(texts)) files.setDisk(`file:///w/${name}`, text);
  const analyzer = new IncrementalAnalyzer();
  const uri = 'file:///w/.meshlensrc.yaml';
  assert.deepEqual(found(files, analyzer), unconfigured);
  files.setOpen(uri, 'ignore: [test]', 1);
  assert.deepEqual(found(files, analyzer), ['a.yaml error unknown-host']);
  assert.equal(files.file('file:///w/test/b.yaml'), undefined);
  files.setOpen(uri, 'rules: {unknown-host: warning}', 2);
  assert.deepEqual(found(files, analyzer), ['a.yaml warning unknown-host', 'test/b.yaml warning unknown-host']);
  files.close(uri);
  assert.deepEqual(found(files, analyzer), unconfigured);
});

test('documents without a namespace are in the one that the configuration says', () => {
  const files = new WorkspaceFiles({ defaultNamespace: 'set' });
  const namespaces = (): readonly string[] => files.objects().map(({ namespace }) => namespace);
  files.setDisk('file:///w/a.yaml', route('a', '{'));
  assert.deepEqual(namespaces(), ['set']);
  files.setDisk('file:///w/.meshlensrc.yaml', 'mesh: {defaultNamespace: team}');
  assert.deepEqual(namespaces(), ['team']);
  files.setDefaultNamespace('other');
  assert.deepEqual(namespaces(), ['team']);
  files.remove('file:///w/.meshlensrc.yaml');
  assert.deepEqual(namespaces(), ['other']);
  const firm = new WorkspaceFiles({ namespace: 'told' });
  firm.setDisk('file:///w/.meshlensrc.yaml', 'mesh: {defaultNamespace: team}');
  firm.setDisk('file:///w/a.yaml', route('a', '{'));
  assert.deepEqual(
    firm.objects().map(({ namespace }) => namespace),
    ['told'],
  );
});

test('what is read without a place goes by the configuration of the root', () => {
  const files = new WorkspaceFiles();
  files.setDisk('file:///w/.meshlensrc.yaml', 'rules: {unknown-host: off}');
  files.setDisk('stdin:-', `${route('a')}---\n${service}`);
  assert.deepEqual(found(files, new IncrementalAnalyzer()), []);
});
