/** Holds the tables to the CRDs that Istio ships, where those are at hand. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import yaml from 'js-yaml';
import { kindSchemas } from '../../../../src/engine/policy/schema/schema-registry.ts';
import type { Schema } from '../../../../src/engine/policy/schema/schema.ts';
import type { UntrustedRecord } from '../../../../src/shared/untrusted.ts';
import { fieldOf, listOf, recordOf, valueAt } from '../../../../src/shared/untrusted.ts';

const file = path.resolve(import.meta.dirname, '../../../../../shared/crds/istio.yaml');

/** One line a property: the two sides must have the same lines. */
type Lines = Map<string, string>;

function describeCrd(schema: UntrustedRecord, at: string, lines: Lines): void {
  const type = schema.type;
  const properties = recordOf(schema.properties);
  const values = recordOf(schema.additionalProperties);
  const kind = type === 'object' ? (values ? 'map' : 'object') : String(type);
  const facts = [kind];
  if (schema.nullable === true) facts.push('nullable');
  // Limits of 32 bits are those of the type; durations are said by a rule.
  for (const key of ['minimum', 'maximum', 'maxItems', 'minItems', 'maxLength']) {
    if (typeof schema[key] === 'number') facts.push(`${key}=${schema[key]}`);
  }
  if (Array.isArray(schema.enum)) facts.push(`enum=${[...listOf(schema.enum)].sort().join('|')}`);
  if (Array.isArray(schema.required)) facts.push(`required=${[...listOf(schema.required)].sort().join('|')}`);
  const rules = JSON.stringify(schema['x-kubernetes-validations'] ?? '');
  if (rules.includes("duration('1ms')")) facts.push('duration');
  const exclusive = [schema, ...listOf(schema.allOf)].flatMap((each) => {
    const group = listOf(fieldOf(each, 'oneOf')).flatMap((branch) => listOf(fieldOf(branch, 'required')));
    return group.length > 0 ? [[...group].sort().join('|')] : [];
  });
  if (exclusive.length > 0) facts.push(`exclusive=${exclusive.sort().join(' ')}`);
  lines.set(at, facts.join(' '));
  for (const [name, child] of Object.entries(properties ?? {}))
    describeCrd(recordOf(child) ?? {}, `${at}.${name}`, lines);
  if (values) describeCrd(values, `${at}.*`, lines);
  if (schema.items !== undefined) describeCrd(recordOf(schema.items) ?? {}, `${at}[]`, lines);
}

function describeTable(schema: Schema, at: string, lines: Lines): void {
  const facts: string[] = [schema.type];
  if (schema.nullable === true) facts.push('nullable');
  if (schema.type === 'integer' || schema.type === 'number') {
    if (schema.minimum !== undefined) facts.push(`minimum=${schema.minimum}`);
    if (schema.maximum !== undefined) facts.push(`maximum=${schema.maximum}`);
  }
  if (schema.type === 'array') {
    if (schema.maxItems !== undefined) facts.push(`maxItems=${schema.maxItems}`);
    if (schema.minItems !== undefined) facts.push(`minItems=${schema.minItems}`);
  }
  if (schema.type === 'string' && schema.maxLength !== undefined) facts.push(`maxLength=${schema.maxLength}`);
  if (schema.type === 'string' && schema.values) facts.push(`enum=${[...schema.values].sort().join('|')}`);
  if (schema.type === 'object' && schema.required.length > 0)
    facts.push(`required=${[...schema.required].sort().join('|')}`);
  if (schema.type === 'string' && schema.format === 'positive-duration') facts.push('duration');
  if (schema.type === 'object' && schema.exclusive.length > 0) {
    facts.push(
      `exclusive=${schema.exclusive
        .map((group) => [...group].sort().join('|'))
        .sort()
        .join(' ')}`,
    );
  }
  lines.set(at, facts.join(' '));
  if (schema.type === 'object') {
    for (const [name, child] of Object.entries(schema.fields)) describeTable(child, `${at}.${name}`, lines);
  } else if (schema.type === 'map') describeTable(schema.values, `${at}.*`, lines);
  else if (schema.type === 'array') describeTable(schema.items, `${at}[]`, lines);
}

/** Names of fields only, for tables that leave some limits to other rules. */
const names = (lines: Lines): readonly string[] => [...lines.keys()].sort();
const whole = (lines: Lines): readonly string[] => [...lines].map(([at, facts]) => `${at}: ${facts}`).sort();

describe('tables agree with the CRDs', { skip: existsSync(file) ? false : 'upstream CRDs are not at hand' }, () => {
  const crds = existsSync(file) ? yaml.loadAll(readFileSync(file, 'utf8')) : [];
  const exact = ['VirtualService', 'DestinationRule'];
  for (const table of kindSchemas.filter(({ group }) => group.endsWith('istio.io'))) {
    const crd = crds.find(
      (each) =>
        valueAt(each, ['spec', 'names', 'kind']) === table.kind && valueAt(each, ['spec', 'group']) === table.group,
    );
    const versions = listOf(valueAt(crd, ['spec', 'versions']));

    test(`${table.kind}: versions`, () => {
      const served = versions
        .filter((version) => fieldOf(version, 'served') === true)
        .map((version) => fieldOf(version, 'name'));
      assert.deepEqual([...table.versions].sort(), served.sort());
    });

    for (const version of versions) {
      test(`${table.kind} ${String(fieldOf(version, 'name'))}: ${exact.includes(table.kind) ? 'every fact' : 'every field'}`, () => {
        const spec = recordOf(valueAt(version, ['schema', 'openAPIV3Schema', 'properties', 'spec']));
        const own = table.fields.spec;
        assert.ok(spec && own);
        const theirs: Lines = new Map();
        const ours: Lines = new Map();
        describeCrd(spec, 'spec', theirs);
        describeTable(own, 'spec', ours);
        const view = exact.includes(table.kind) ? whole : names;
        const [lines, upstream] = [view(ours), view(theirs)];
        assert.deepEqual(
          lines.filter((line) => !upstream.includes(line)),
          [],
          'only in our table',
        );
        assert.deepEqual(
          upstream.filter((line) => !lines.includes(line)),
          [],
          'only in the CRD',
        );
      });
    }
  }
});
