/** The tables as JSON Schema, judged by a validator that is not ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { jsonSchemaOf } from '../../../../src/engine/policy/schema/json-schema.ts';
import { bundledKinds } from '../../../../src/engine/policy/schema/schema-registry.ts';

const validate = new Ajv({ strict: false, allowUnionTypes: true }).compile(jsonSchemaOf(bundledKinds('standard')));

const route = (http: unknown): unknown => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'a' },
  spec: { hosts: ['a'], http },
});

const cases: readonly (readonly [string, unknown, boolean])[] = [
  ['a route', route([{ route: [{ destination: { host: 'a' }, weight: 1 }] }]), true],
  ['an unknown field', route([{ rout: [] }]), false],
  ['a wrong type', route([{ route: [{ destination: { host: 'a' }, weight: 'x' }] }]), false],
  ['a missing field', { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', spec: {} }, false],
  ['another kind', { apiVersion: 'example.com/v1', kind: 'Thing', anything: true }, true],
  ['another version', { apiVersion: 'networking.istio.io/v9', kind: 'VirtualService' }, true],
];
for (const [name, value, isValid] of cases) {
  test(name, () => assert.equal(validate(value), isValid, JSON.stringify(validate.errors)));
}
