import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import { CheckRunner } from '../../../../src/engine/policy/analysis/check-runner.ts';
import { ObjectWorld } from '../../../../src/engine/policy/analysis/object-world.ts';
import type { CheckInput } from '../../../../src/engine/policy/checks/check.ts';
import { docsOf, subjectsOf } from '../../../../src/engine/policy/checks/check.ts';
import { checks, objectChecks, retiredCodes, topics } from '../../../../src/engine/policy/checks/registry.ts';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { kindKey } from '../../../../src/engine/model/mesh-object.ts';
import { resolveMeshSettings } from '../../../../src/shared/mesh-settings.ts';
import { rulesPage } from '../../../../scripts/rules-page.mjs';
import { clusterObjects, fixtures, fixtureTime } from './fixture-files.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

test('codes and names are unique, well-formed and not retired', () => {
  const codes = checks.map(({ code }) => code);
  assert.equal(new Set([...codes, ...retiredCodes]).size, codes.length + retiredCodes.length);
  assert.equal(new Set(checks.map(({ rule }) => rule)).size, checks.length);
  for (const { code, rule, aliases } of checks) {
    assert.match(code, /^MESH\d{4}$/);
    assert.ok(topics.has(code.slice(4, 6)), `${code} belongs to no topic`);
    assert.match(rule, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const alias of aliases) assert.match(alias, /^(IST\d{4}|KIA\d{4}|GWAPI)$/);
  }
});

test('every check is described in a sentence and has its page', () => {
  for (const check of checks) {
    assert.match(check.summary, /^[A-Z].{20,}[.]$/);
    const page = path.join(root, docsOf(check));
    assert.ok(existsSync(page), `${docsOf(check)} is missing`);
    const text = readFileSync(page, 'utf8');
    assert.ok(text.startsWith(`# ${check.code}: ${check.rule}\n`), `${check.code} has another title`);
    for (const alias of check.aliases) assert.ok(text.includes(alias), `${check.code} does not name ${alias}`);
    assert.ok(text.includes(`Severity: ${check.severity}`), `${check.code} does not name its severity`);
  }
});

test('the list of rules is that of the checks: `npm run rules` writes it', async () => {
  assert.equal(readFileSync(path.join(root, 'docs/rules/README.md'), 'utf8'), await rulesPage());
});

test('every page is that of a check', () => {
  const known = new Set([
    ...checks.map(({ code }) => `${code}.md`),
    ...retiredCodes.map((code) => `${code}.md`),
    'README.md',
    'other-tools.md',
  ]);
  assert.deepEqual(
    readdirSync(path.join(root, 'docs/rules')).filter((name) => !known.has(name)),
    [],
  );
});

test('every file below checks/ that declares a check is registered', () => {
  const folder = path.join(root, 'src/engine/policy/checks');
  const declared = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/^ {2}code: '(MESH\d{4})'/gm)])
    .map((match) => match[1]);
  assert.deepEqual(declared.sort(), checks.map(({ code }) => code).sort());
});

describe('every check has a fixture that fires and one that must not', () => {
  for (const check of checks) {
    if (check.scope === 'engine') continue;
    test(check.rule, () => {
      const own = fixtures.filter(({ rule }) => rule === check.rule);
      assert.ok(own.some(({ expected }) => expected.some(({ code }) => code === check.code)));
      assert.ok(own.some(({ expected }) => expected.every(({ code }) => code !== check.code)));
    });
  }
});

function byKind(objects: readonly MeshObject[]): Map<string, MeshObject[]> {
  const kinds = new Map<string, MeshObject[]>();
  for (const object of objects) kinds.set(kindKey(object), [...(kinds.get(kindKey(object)) ?? []), object]);
  return kinds;
}

describe('declared inputs are the kinds that are read', () => {
  for (const check of objectChecks) {
    test(check.rule, () => {
      const read = new Set<CheckInput>();
      for (const fixture of fixtures) {
        const { text, settings } = fixture;
        const resolved = resolveMeshSettings(settings);
        const files = new WorkspaceFiles();
        files.setDisk('file:///fixture.yaml', text);
        const world = new ObjectWorld(resolved);
        world.update(byKind([...clusterObjects(fixture), ...files.objects()]));
        const runner = new CheckRunner(
          world,
          () => true,
          fixtureTime,
          (input) => read.add(input),
        );
        for (const object of files.objects()) {
          if (!subjectsOf(check).includes(kindKey(object))) continue;
          const findings = runner.run(check, { object, isNamespaceKnown: true });
          assert.ok(!findings.some(({ rule }) => rule.rule === 'internal-error'), findings[0]?.message);
        }
      }
      assert.deepEqual(
        check.inputs.filter((input) => !read.has(input)),
        [],
        'declared but never read',
      );
      assert.deepEqual(
        [...read].filter((input) => !check.inputs.includes(input)),
        [],
        'read but not declared',
      );
      assert.equal(new Set(check.inputs).size, check.inputs.length);
    });
  }
});
