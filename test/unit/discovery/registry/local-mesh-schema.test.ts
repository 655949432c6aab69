/** The schema that editors complete by and the reader that decides must not drift apart. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import { readLocalMesh } from '../../../../src/engine/discovery/registry/local-mesh-file.ts';
import { meshDocument } from './mesh-builder.ts';

type Schema = Readonly<Record<string, unknown>>;

const root = path.resolve(import.meta.dirname, '../../../..');
const schema = JSON.parse(readFileSync(path.join(root, 'media/schemas/local-mesh.schema.json'), 'utf8')) as Schema;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSchema = isObject;

function resolve(node: unknown): Schema {
  assert.ok(isSchema(node));
  const reference = node.$ref;
  if (typeof reference !== 'string') return node;
  const definitions = schema.definitions;
  assert.ok(isSchema(definitions));
  const target = definitions[reference.replace('#/definitions/', '')];
  assert.ok(isSchema(target), reference);
  return { ...resolve(target), ...node, $ref: undefined };
}

const typeOf = (value: unknown): readonly string[] => {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
};

/** Draft 7, as far as the schema uses it. An unknown keyword fails the test rather than being ignored. */
function isValid(node: unknown, value: unknown): boolean {
  return Object.entries(resolve(node)).every(([keyword, argument]) => {
    const list: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
    switch (keyword) {
      case '$schema':
      case '$id':
      case '$ref':
      case 'title':
      case 'description':
      case 'default':
      case 'definitions':
        return true;
      case 'type':
        return typeOf(value).some((type) => list.includes(type));
      case 'const':
        return value === argument;
      case 'enum':
        return list.includes(value);
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(argument), 'u').test(value);
      case 'maxLength':
        return typeof value !== 'string' || value.length <= Number(argument);
      case 'minLength':
        return typeof value !== 'string' || value.length >= Number(argument);
      case 'minimum':
        return typeof value !== 'number' || value >= Number(argument);
      case 'maximum':
        return typeof value !== 'number' || value <= Number(argument);
      case 'required':
        return !isObject(value) || list.every((name) => Object.hasOwn(value, String(name)));
      case 'items':
        return !Array.isArray(value) || value.every((entry: unknown) => isValid(argument, entry));
      case 'anyOf':
        return list.some((one) => isValid(one, value));
      case 'oneOf':
        return list.filter((one) => isValid(one, value)).length === 1;
      case 'not':
        return !isValid(argument, value);
      case 'propertyNames':
        return !isObject(value) || Object.keys(value).every((name) => isValid(argument, name));
      case 'properties':
        assert.ok(isSchema(argument));
        return (
          !isObject(value) ||
          Object.entries(value).every(
            ([name, field]) => !Object.hasOwn(argument, name) || isValid(argument[name], field),
          )
        );
      case 'additionalProperties': {
        const { properties = {} } = resolve(node);
        if (!isObject(value) || !isSchema(properties)) return true;
        const others = Object.entries(value).filter(([name]) => !Object.hasOwn(properties, name));
        return argument === false ? others.length === 0 : others.every(([, field]) => isValid(argument, field));
      }
      default:
        throw new Error(`The test does not know the keyword ${keyword}`);
    }
  });
}

describe('schema and reader agree', () => {
  const client = (change: Schema): unknown => meshDocument({ spec: { clients: [{ name: 'c', run: 'x', ...change }] } });
  const gateway = (change: Schema): unknown => meshDocument({ spec: { gateways: [{ name: 'g', ...change }] } });
  const workload = (change: Schema): unknown => meshDocument({ workload: change });
  const address = { address: '127.0.0.1:80' };
  const atAddress = (change: Schema): unknown => meshDocument({ service: { workloads: [{ ...address, ...change }] } });
  const cases: readonly (readonly [string, unknown, boolean])[] = [
    ['the smallest', meshDocument(), true],
    ['a wrong kind', { ...meshDocument(), kind: 'Mesh' }, false],
    ['an extra field', { ...meshDocument(), extra: 1 }, false],
    ['a namespace', meshDocument({ metadata: { namespace: 'shop' } }), true],
    ['a bad namespace', meshDocument({ metadata: { namespace: 'Shop' } }), false],
    ['labels of the document', meshDocument({ metadata: { labels: { a: 'b' } } }), true],
    ['a mode', meshDocument({ spec: { security: { mode: 'none' } } }), true],
    ['a bad mode', meshDocument({ spec: { security: { mode: 'mtls' } } }), false],
    ['a port name', meshDocument({ port: { name: 'http-web', protocol: 'http' } }), true],
    ['a bad port', meshDocument({ port: { port: 0 } }), false],
    ['a bad protocol', meshDocument({ port: { protocol: 'grpc' } }), false],
    [
      'everything of a process',
      workload({
        name: 'w',
        version: 'v2.1',
        labels: { a: 'b' },
        serviceAccount: 's',
        directory: 'd',
        env: { A: 1, B: true, C: 'c' },
        instances: 3,
        restart: 'never',
      }),
      true,
    ],
    ['a version as a number', workload({ version: 3 }), true],
    ['a bad version', workload({ version: 'v 1' }), false],
    ['a set label', workload({ labels: { app: 'x' } }), false],
    ['a nested label', workload({ labels: { a: {} } }), false],
    ['a fixed port', workload({ port: 8080 }), true],
    ['a bad fixed port', workload({ port: 'x' }), false],
    ['no instances', workload({ instances: 0 }), false],
    ['too many instances', workload({ instances: 51 }), false],
    ['a bad restart', workload({ restart: 'sometimes' }), false],
    ['a bad dependency', workload({ dependsOn: [1] }), false],
    ['a blank command', workload({ run: ' ' }), false],
    ['an address', atAddress({}), true],
    ['an address and a command', atAddress({ run: 'x' }), false],
    ['an address of another form', atAddress({ address: 'http://x' }), false],
    ['neither', meshDocument({ service: { workloads: [{ version: 'v1' }] } }), false],
    ['health by HTTP', workload({ health: { http: '/health', interval: '1s', timeout: '250ms', port: 'http' } }), true],
    ['health by TCP', workload({ health: { tcp: true } }), true],
    ['health by report', workload({ health: { ttl: '1m30s' } }), true],
    ['health by nothing', workload({ health: { interval: '1s' } }), false],
    ['health by two', workload({ health: { tcp: true, ttl: '1s' } }), false],
    ['health without TCP', workload({ health: { tcp: false } }), false],
    ['a bad path', workload({ health: { http: 'health' } }), false],
    ['a bad duration', workload({ health: { tcp: true, interval: '1 s' } }), false],
    [
      'a gateway',
      gateway({ port: 0, routePort: 443, labels: { istio: 'x' }, serviceAccount: 's', version: 'v1' }),
      true,
    ],
    ['a gateway with a command', gateway({ run: 'x' }), false],
    ['a bad gateway port', gateway({ port: -1 }), false],
    ['a client', client({ env: { RATE: '48' }, dependsOn: ['a'], instances: 2, restart: 'always' }), true],
    ['a client with ports', client({ ports: [] }), false],
    ['a client without a command', meshDocument({ spec: { clients: [{ name: 'c' }] } }), false],
  ];
  for (const [name, value, expected] of cases) {
    test(name, () => {
      assert.equal(readLocalMesh(value).problems.length === 0, expected, JSON.stringify(readLocalMesh(value).problems));
      assert.equal(isValid(schema, value), expected);
    });
  }

  test('the sample', () => {
    const sample = load(readFileSync(path.join(root, 'samples/bookinfo/meshlens.yaml'), 'utf8'));
    assert.deepEqual(readLocalMesh(sample).problems, []);
    assert.ok(isValid(schema, sample));
  });
});

describe('schema and reader know the same fields', () => {
  const unknown = { zebrafish: 1 };
  const properties = (...names: readonly string[]): readonly string[] => {
    let node: Schema = schema;
    for (const name of names) {
      assert.ok(isSchema(node.properties));
      const next = resolve(node.properties[name]);
      node = next.items === undefined ? next : resolve(next.items);
    }
    assert.ok(isSchema(node.properties));
    return Object.keys(node.properties).sort();
  };
  const cases: readonly (readonly [readonly string[], unknown])[] = [
    [[], { ...meshDocument(), ...unknown }],
    [['metadata'], meshDocument({ metadata: unknown })],
    [['spec'], meshDocument({ spec: unknown })],
    [['spec', 'security'], meshDocument({ spec: { security: unknown } })],
    [['spec', 'services'], meshDocument({ service: unknown })],
    [['spec', 'services', 'ports'], meshDocument({ port: unknown })],
    [['spec', 'services', 'workloads'], meshDocument({ workload: unknown })],
    [['spec', 'services', 'workloads', 'health'], meshDocument({ workload: { health: { tcp: true, ...unknown } } })],
    [['spec', 'gateways'], meshDocument({ spec: { gateways: [{ name: 'g', ...unknown }] } })],
    [['spec', 'clients'], meshDocument({ spec: { clients: [{ name: 'c', run: 'x', ...unknown }] } })],
  ];
  for (const [names, value] of cases) {
    test(names.join('.') || 'the document', () => {
      const [problem] = readLocalMesh(value).problems;
      const known = /Known fields: (.+)\.$/
        .exec(problem?.message ?? '')?.[1]
        ?.split(', ')
        .sort();
      assert.deepEqual(known, properties(...names));
    });
  }
});

test('every field says what it is for', () => {
  const visit = (node: unknown, at: string): void => {
    if (Array.isArray(node)) node.forEach((entry, index) => visit(entry, `${at}[${index}]`));
    if (!isSchema(node)) return;
    const { properties } = node;
    if (isSchema(properties)) {
      for (const [name, field] of Object.entries(properties)) {
        const { description } = resolve(field);
        assert.match(String(description), /^(?=.*\s).*\.$/s, `${at}.${name}`);
      }
    }
    for (const [name, child] of Object.entries(node)) visit(child, `${at}.${name}`);
  };
  visit(schema, 'schema');
});
