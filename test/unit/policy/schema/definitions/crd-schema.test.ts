/** Definitions are read without loss: the same facts in the definition and in what was read of it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import yaml from 'js-yaml';
import { compileCel } from '../../../../../src/engine/policy/schema/cel/cel-program.ts';
import { readCrdSchema } from '../../../../../src/engine/policy/schema/definitions/crd-schema.ts';
import { isKnownRule } from '../../../../../src/engine/policy/schema/definitions/known-rules.ts';
import type { UntrustedRecord } from '../../../../../src/shared/untrusted.ts';
import { fieldOf, isRecord, listOf, recordOf, stringOf, valueAt } from '../../../../../src/shared/untrusted.ts';
import type { Facts } from '../structure-facts.ts';
import { crdFacts, tableFacts } from '../structure-facts.ts';

const folder = path.resolve(import.meta.dirname, '../../../../../../shared/crds');
const skip = existsSync(folder) ? false : 'upstream CRDs are not at hand';
const documents =
  skip === false
    ? readdirSync(folder).flatMap((file) => yaml.loadAll(readFileSync(path.join(folder, file), 'utf8')))
    : [];

function withoutStatus(schema: UntrustedRecord): UntrustedRecord {
  const properties = Object.entries(recordOf(schema.properties) ?? {}).filter(([name]) => name === 'spec');
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** Rules are read as rules: as facts they say nothing of the structure. */
function withoutRules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRules);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'x-kubernetes-validations');
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutRules(each)]));
}

describe('structures of definitions', { skip }, () => {
  for (const definition of documents.filter((each) => fieldOf(each, 'kind') === 'CustomResourceDefinition')) {
    for (const version of listOf(valueAt(definition, ['spec', 'versions']))) {
      const name = `${String(valueAt(definition, ['metadata', 'name']))} ${String(fieldOf(version, 'name'))}`;
      test(name, () => {
        const whole = recordOf(withoutRules(valueAt(version, ['schema', 'openAPIV3Schema'])));
        const source = withoutStatus(whole ?? {});
        const theirs: Facts = new Map();
        const ours: Facts = new Map();
        crdFacts(source, '', theirs);
        tableFacts(readCrdSchema(source), '', ours);
        // That a duration is at least 1ms is a rule here, no format.
        const plain = (facts: Facts): readonly string[] =>
          [...facts].map(([at, line]) => `${at}: ${line.replace(/(?:^| )duration(?= |$)/, '').trim()}`).sort();
        assert.deepEqual(plain(ours), plain(theirs));
      });
    }
  }
});

function rulesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(rulesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'x-kubernetes-validations'
      ? listOf(each).flatMap((rule) => stringOf(fieldOf(rule, 'rule')) ?? [])
      : rulesIn(each),
  );
}

test('every rule of the definitions is understood, and known to be among ours', { skip }, () => {
  const rules = [...new Set(rulesIn(documents))];
  assert.ok(rules.length > 100);
  assert.deepEqual(
    rules.filter((rule) => compileCel(rule) === undefined),
    [],
  );
  assert.deepEqual(
    rules.filter((rule) => !isKnownRule(rule)),
    [],
  );
});
