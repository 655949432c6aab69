import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { otherToolsPage, rulesByAlias, upstreamCodes } from '../../../../scripts/other-tools-page.mjs';
import { fixtures } from './fixture-files.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

test('the table of other tools is that of the checks: `npm run rules` writes it', async () => {
  assert.equal(readFileSync(path.join(root, 'docs/rules/other-tools.md'), 'utf8'), await otherToolsPage());
});

test('every code of another tool is that of a rule, or is left out for a reason', async () => {
  const byAlias = await rulesByAlias();
  const uncovered = (await upstreamCodes()).filter(({ code }) => !byAlias.has(code));
  assert.deepEqual(
    uncovered.filter(({ reason }) => reason === undefined).map(({ code }) => code),
    [],
  );
});

test('no code that a rule has is called left out, and no rule has a code that nobody has', async () => {
  const codes = await upstreamCodes();
  const byAlias = await rulesByAlias();
  assert.deepEqual(
    codes.filter(({ code, reason }) => reason !== undefined && byAlias.has(code)).map(({ code }) => code),
    [],
  );
  const known = new Set(codes.map(({ code }) => code));
  assert.deepEqual(
    [...byAlias.keys()].filter((alias) => !known.has(alias)),
    [],
  );
  assert.equal(known.size, codes.length);
});

test('for every code of another tool a fixture has a finding', async () => {
  const found = new Set(fixtures.flatMap(({ expected }) => expected.map(({ code }) => code)));
  // Faults of the machinery itself have no fixtures.
  const silent = [...(await rulesByAlias())].filter(
    ([, rules]) => !rules.some(({ code, scope }) => scope === 'engine' || found.has(code)),
  );
  assert.deepEqual(
    silent.map(([alias]) => alias),
    [],
  );
});
