/** Holds the tables to the CRDs that the projects ship, where those are at hand. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import yaml from 'js-yaml';
import { objectSchemaOf } from '../../../../src/engine/policy/schema/object-schema.ts';
import { bundledKinds } from '../../../../src/engine/policy/schema/schema-registry.ts';
import type { UntrustedRecord } from '../../../../src/shared/untrusted.ts';
import { fieldOf, listOf, recordOf, stringOf, valueAt } from '../../../../src/shared/untrusted.ts';
import type { Facts } from './structure-facts.ts';
import { crdFacts, tableFacts, withoutFormats } from './structure-facts.ts';

const folder = path.resolve(import.meta.dirname, '../../../../../shared/crds');

interface Crd {
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly unknown[];
  readonly isExperimental: boolean;
}

const crds: readonly Crd[] = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) =>
  yaml
    .loadAll(readFileSync(path.join(folder, file), 'utf8'))
    .filter((each) => fieldOf(each, 'kind') === 'CustomResourceDefinition')
    .map((each) => ({
      group: stringOf(valueAt(each, ['spec', 'group'])) ?? '',
      kind: stringOf(valueAt(each, ['spec', 'names', 'kind'])) ?? '',
      versions: listOf(valueAt(each, ['spec', 'versions'])).filter((version) => fieldOf(version, 'served') === true),
      isExperimental: file.includes('experimental'),
    })),
);

/** Versions that came after the release the CRDs are of, with the same structure. */
const laterVersions = new Set(['ClusterNetworkPolicy v1beta1']);

const nameOf = (version: unknown): string => stringOf(fieldOf(version, 'name')) ?? '';

/** `spec` aside, which the CRDs of Istio leave out and its webhook demands; everything below these is the same for all kinds, or written by controllers. */
const left = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function topLevel(schema: UntrustedRecord): UntrustedRecord {
  const properties = Object.entries(recordOf(schema.properties) ?? {}).filter(([name]) => !left.has(name));
  return {
    ...schema,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: listOf(schema.required).filter((name) => !left.has(String(name)) && name !== 'spec'),
  };
}

describe('tables agree with the CRDs', { skip: crds.length > 0 ? false : 'upstream CRDs are not at hand' }, () => {
  for (const { group, kind, versions, isExperimental } of crds) {
    const table = bundledKinds(isExperimental ? 'experimental' : 'standard').find(
      (each) => each.group === group && each.kind === kind,
    );
    if (!table) continue;
    const title = `${kind}.${group}${isExperimental ? ', experimental' : ''}`;

    test(`${title}: versions`, () => {
      const ours = [...table.versions, ...(isExperimental ? (table.experimentalVersions ?? []) : [])].filter(
        (version) => !laterVersions.has(`${kind} ${version}`),
      );
      assert.deepEqual(ours.sort(), versions.map(nameOf).sort());
    });

    for (const version of versions) {
      test(`${title} ${nameOf(version)}`, () => {
        const theirs: Facts = new Map();
        const ours: Facts = new Map();
        crdFacts(topLevel(recordOf(valueAt(version, ['schema', 'openAPIV3Schema'])) ?? {}), '', theirs);
        const own = objectSchemaOf(table, `${group}/${nameOf(version)}`);
        const fields = Object.fromEntries(Object.entries(own.fields).filter(([name]) => !left.has(name)));
        tableFacts(
          { ...own, fields, required: own.required.filter((name) => !left.has(name) && name !== 'spec') },
          '',
          ours,
        );
        const linesOf = (facts: Facts): readonly string[] =>
          [...withoutFormats(facts)].map(([at, line]) => `${at}: ${line}`).sort();
        const [lines, upstream] = [linesOf(ours), linesOf(theirs)];
        assert.deepEqual(
          {
            ours: lines.filter((line) => !upstream.includes(line)),
            theirs: upstream.filter((line) => !lines.includes(line)),
          },
          { ours: [], theirs: [] },
        );
      });
    }
  }
});
