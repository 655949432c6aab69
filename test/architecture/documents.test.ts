/** Holds what the documents say to what is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

/** A path that a document names, with the folders it may be meant from. */
interface NamedPath {
  readonly name: string;
  readonly from: readonly string[];
}

const isPath = (text: string): boolean =>
  (text.includes('/') || /\.(ts|mjs|md|json)$/.test(text)) && !/^(mesh\/|@|\/|~\/|https?:)/.test(text);

/** Below a heading such as `src/engine/model`, paths may be meant from there. */
function pathsIn(file: string): readonly NamedPath[] {
  let rooms: readonly string[] = [];
  return read(file)
    .split('\n')
    .flatMap((line) => {
      const quoted = [...line.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '');
      if (line.startsWith('#')) {
        rooms = quoted.flatMap((name) => [name, path.posix.dirname(name)]);
      }
      // `checks/<topic>/` stands for many: what comes before must exist.
      const names = quoted.map((name) => name.replace(/<.*$/, '').replace(/:\d+$/, '')).filter(isPath);
      return names.map((name) => ({ name, from: ['', 'src', 'src/engine', ...rooms] }));
    });
}

for (const file of ['docs/architecture.md', 'docs/topology.md', 'CONTRIBUTING.md', 'README.md']) {
  test(`every path that ${file} names exists`, () => {
    const missing = pathsIn(file).filter(
      ({ name, from }) => !from.some((folder) => existsSync(path.join(root, folder, name))),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  test(`every link of ${file} leads somewhere`, () => {
    const links = [...read(file).matchAll(/(?<!!)\[[^\]]*\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter(
      (link) => !/^\w+:/.test(link) && !existsSync(path.join(root, path.dirname(file), link)),
    );
    assert.deepEqual(broken, []);
  });

  test(`every npm script that ${file} names exists`, () => {
    const scripts = [...read(file).matchAll(/`npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      scripts.filter((script) => manifest.scripts[script] === undefined),
      [],
    );
  });
}

test('docs/architecture.md has a section for every room', () => {
  const sections = read('docs/architecture.md')
    .split('\n')
    .filter((line) => line.startsWith('### '))
    .join('\n');
  const rooms = ['src', 'src/engine'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).map(({ name }) => `${folder}/${name}`),
  );
  assert.deepEqual(
    rooms.filter((room) => room !== 'src/engine' && !sections.includes(`\`${room}\``)),
    [],
  );
});

test('the newest version of the changelog is that of package.json', () => {
  const versions = [...read('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\]/gm)].map((match) => match[1]);
  assert.equal(versions[0], manifest.version);
});

const ownFile = path.relative(root, import.meta.filename);
const left = new Set(['node_modules', 'dist', 'coverage', '.git', 'out', 'package-lock.json', ownFile]);
const textFile = /\.(ts|mjs|cjs|js|css|html|md|json|ya?ml|svg)$/;

function textFiles(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (left.has(entry.name) || left.has(file)) return [];
    if (entry.isDirectory()) return textFiles(file);
    return textFile.test(entry.name) ? [file] : [];
  });
}

/** What is true of one machine, one registry of packages or one plan of work has no place in a project for all. */
const foreign: readonly (readonly [string, RegExp])[] = [
  ['a folder of one machine', /(?<![\w.~])\/(home|Users|root|work)\/\w/],
  [
    'a host of packages',
    /\b(registry\.npm|npmjs|pypi|pythonhosted|deb\.debian|archive\.ubuntu|crates\.io|proxy\.golang)/i,
  ],
  [
    'an entry of a plan of work',
    /\b(issues?|tickets?|tasks?|milestones?|sprints?|pull requests?) (#|no\. ?)?\d|\b(backlog|kanban)\b/i,
  ],
];

for (const [what, pattern] of foreign) {
  test(`no file names ${what}`, () => {
    const found = textFiles('').flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
    );
    assert.deepEqual(found, []);
  });
}
