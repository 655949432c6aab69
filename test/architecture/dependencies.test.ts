/** Holds the direction of dependencies that docs/architecture.md states. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const source = path.join(root, 'src');

/** A room, and the rooms its files may import beside their own. Longest prefix wins. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'engine/model': ['shared'],
  'engine/entry-points.ts': [],
  'engine/loopback-server.ts': [],
  'engine/web-socket-target.ts': [],
  'engine/work-slices.ts': [],
  'engine/protobuf': [],
  'engine/policy/documents': ['shared', 'engine/model'],
  'engine/policy/semantics': ['shared', 'engine/model'],
  'engine/policy/fixes': ['shared', 'engine/model', 'engine/policy/documents'],
  'engine/policy/schema': ['shared', 'engine/model', 'engine/policy/fixes'],
  'engine/policy/checks': [
    'shared',
    'engine/model',
    'engine/policy/documents',
    'engine/policy/fixes',
    'engine/policy/schema',
    'engine/policy/semantics',
  ],
  'engine/policy/keeping': ['shared', 'engine/model', 'engine/policy/documents', 'engine/policy/semantics'],
  'engine/policy': ['shared', 'engine/model', 'engine/policy'],
  'engine/discovery/registry': ['shared', 'engine/model', 'engine/entry-points.ts', 'engine/loopback-server.ts'],
  'engine/policy/configuration': ['shared', 'engine/model'],
  'engine/discovery/workspace': [
    'shared',
    'engine/model',
    'engine/policy/documents',
    'engine/policy/configuration',
    'engine/discovery/registry',
  ],
  'engine/dataplane/http': [],
  'engine/discovery/kubernetes': [
    'shared',
    'engine/model',
    'engine/web-socket-target.ts',
    'engine/work-slices.ts',
    'engine/protobuf',
    'engine/dataplane/http',
  ],
  'engine/telemetry': [
    'shared',
    'engine/model',
    'engine/dataplane/report.ts',
    'engine/loopback-server.ts',
    'engine/protobuf',
  ],
  'engine/topology': ['shared', 'engine/model', 'engine/telemetry'],
  'engine/dataplane/report.ts': ['shared'],
  'engine/dataplane': [
    'shared',
    'engine/model',
    'engine/policy/semantics',
    'engine/entry-points.ts',
    'engine/web-socket-target.ts',
    'engine/dataplane/http',
    'engine/dataplane/report.ts',
  ],
  'engine/language': ['shared', 'engine/model', 'engine/policy'],
  'engine/localmesh': [
    'shared',
    'engine/model',
    'engine/policy/documents',
    'engine/policy/keeping',
    'engine/policy/semantics',
    'engine/discovery/registry',
    'engine/dataplane',
    'engine/telemetry',
  ],
  'engine/clusters': [
    'shared',
    'engine/model',
    'engine/policy/documents',
    'engine/policy/semantics',
    'engine/discovery/kubernetes',
    'engine/dataplane',
    'engine/telemetry',
    'engine/topology',
  ],
  'engine/devproxy': [
    'shared',
    'engine/model',
    'engine/policy/documents',
    'engine/policy/keeping',
    'engine/policy/semantics',
    'engine/dataplane',
    'engine/telemetry',
  ],
  'engine/named-configuration.ts': ['shared', 'engine/policy', 'engine/discovery/workspace'],
  'engine/layered-model.ts': [
    'shared',
    'engine/named-configuration.ts',
    'engine/model',
    'engine/policy',
    'engine/discovery/workspace',
    'engine/clusters',
    'engine/language',
    'engine/work-slices.ts',
  ],
  'engine/policy-influences.ts': ['shared', 'engine/model', 'engine/policy/semantics', 'engine/topology'],
  'engine/cluster-dev-proxy.ts': ['shared', 'engine/discovery/workspace', 'engine/clusters', 'engine/devproxy'],
  'engine/engine.ts': [
    'shared',
    'engine/cluster-dev-proxy.ts',
    'engine/model',
    'engine/layered-model.ts',
    'engine/policy-influences.ts',
    'engine/discovery/workspace',
    'engine/telemetry',
    'engine/topology',
    'engine/localmesh',
    'engine/clusters',
    'engine/devproxy',
  ],
  'engine/server': ['shared', 'engine/engine.ts', 'engine/language'],
  'engine/server.ts': ['shared', 'engine/engine.ts', 'engine/server'],
  cli: ['shared', 'engine'],
  extension: ['shared'],
  webview: ['shared'],
};

/** Packages and Node modules that only these rooms may import. */
const confined: readonly { readonly modules: RegExp; readonly rooms: readonly string[] }[] = [
  { modules: /^vscode$|^vscode-languageclient/, rooms: ['extension'] },
  { modules: /^cytoscape|^lit|^@vscode-elements/, rooms: ['webview'] },
  { modules: /^vscode-languageserver(?!-textdocument)/, rooms: ['engine/server'] },
  { modules: /^@bufbuild\//, rooms: ['engine/policy/schema/cel'] },
  { modules: /^@kubernetes\/client-node$/, rooms: ['engine/discovery/kubernetes'] },
  {
    modules: /^node:(net|tls|http|https|http2|child_process|worker_threads|dgram)$/,
    rooms: [
      'engine/dataplane',
      'engine/loopback-server.ts',
      'engine/discovery/registry',
      'engine/discovery/kubernetes',
      'engine/telemetry',
      'engine/localmesh',
      'engine/clusters',
      'engine/devproxy',
      'extension',
    ],
  },
];

interface Import {
  readonly file: string;
  readonly module: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(full);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [full] : [];
  });
}

function importsOf(file: string): Import[] {
  // Telling an address from a name is no IO.
  const text = readFileSync(file, 'utf8').replace(/import \{ isIP(v4|v6)? \} from 'node:net';/g, '');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...statements].map((match) => ({ file, module: match[1] ?? match[2] ?? match[3] ?? '' }));
}

const roomOf = (relative: string): string | undefined =>
  Object.keys(allowed)
    .filter((room) => relative === room || relative.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];

const within = (relative: string, room: string): boolean => relative === room || relative.startsWith(`${room}/`);

const imports = sourceFiles(source).flatMap(importsOf);
const relativeOf = (file: string): string => path.relative(source, file).split(path.sep).join('/');

test('every source file belongs to a room', () => {
  const homeless = sourceFiles(source)
    .map(relativeOf)
    .filter((file) => !roomOf(file));
  assert.deepEqual(homeless, []);
});

test('a room imports only the rooms below it', () => {
  const wrong = imports.flatMap(({ file, module }) => {
    if (!module.startsWith('.')) return [];
    const from = relativeOf(file);
    const to = relativeOf(path.resolve(path.dirname(file), module));
    const room = roomOf(from);
    if (!room || to.startsWith('..')) return [`${from} imports ${module}, which is outside src`];
    const own = within(to, room) && roomOf(to) === room;
    return own || (allowed[room] ?? []).some((other) => within(to, other)) ? [] : [`${from} may not import ${to}`];
  });
  assert.deepEqual(wrong, []);
});

test('libraries and Node modules stay in their rooms', () => {
  const wrong = imports.flatMap(({ file, module }) => {
    const from = relativeOf(file);
    const rule = confined.find(({ modules }) => modules.test(module));
    return !rule || rule.rooms.some((room) => within(from, room) || from.startsWith(`${room}.`))
      ? []
      : [`${from} may not import ${module}`];
  });
  assert.deepEqual(wrong, []);
});

test('no import cycles, of types neither', () => {
  const graph = new Map<string, string[]>();
  for (const { file, module } of imports) {
    if (!module.startsWith('.')) continue;
    graph.set(file, [...(graph.get(file) ?? []), path.resolve(path.dirname(file), module)]);
  }
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].map(relativeOf).join(' → ');
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...trail, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  assert.deepEqual(
    [...graph.keys()].map((file) => visit(file, [])).filter((cycle) => cycle !== undefined),
    [],
  );
});

test('imported files exist', () => {
  const missing = imports.filter(
    ({ file, module }) => module.startsWith('.') && !existsSync(path.resolve(path.dirname(file), module)),
  );
  assert.deepEqual(
    missing.map(({ file, module }) => `${relativeOf(file)} → ${module}`),
    [],
  );
});
