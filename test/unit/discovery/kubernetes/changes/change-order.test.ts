import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  inCreationOrder,
  inRemovalOrder,
} from '../../../../../src/engine/discovery/kubernetes/changes/change-order.ts';
import {
  desiredObjects,
  NothingToApply,
} from '../../../../../src/engine/discovery/kubernetes/changes/desired-objects.ts';
import { enrolLabels } from '../../../../../src/engine/discovery/kubernetes/changes/change-planner.ts';

const given = [
  'VirtualService',
  'Deployment',
  'Service',
  'CustomResourceDefinition',
  'ConfigMap',
  'Widget',
  'Namespace',
  'ServiceAccount',
];
const kinds = given.map((kind) => ({ kind }));

test('what others need is created first, the rest in the order of the text', () => {
  assert.deepEqual(
    inCreationOrder(kinds).map(({ kind }) => kind),
    [
      'Namespace',
      'CustomResourceDefinition',
      'ServiceAccount',
      'ConfigMap',
      'Service',
      'Deployment',
      'VirtualService',
      'Widget',
    ],
  );
});

test('and removed last', () => {
  assert.deepEqual(
    inRemovalOrder(kinds).map(({ kind }) => kind),
    [
      'VirtualService',
      'Widget',
      'Deployment',
      'Service',
      'ConfigMap',
      'ServiceAccount',
      'CustomResourceDefinition',
      'Namespace',
    ],
  );
});

const object = (kind: string, name?: string, apiVersion = 'v1'): unknown => ({
  apiVersion,
  kind,
  metadata: name === undefined ? {} : { name, namespace: 'shop' },
});

test('objects of documents and of lists', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [object('Service', 'a'), object('Pod', 'b')] };
  assert.deepEqual(
    desiredObjects([{ value: list }, { value: undefined }, { value: object('Secret', 'c') }]).map(
      ({ kind, namespace, name }) => [kind, namespace, name],
    ),
    [
      ['Service', 'shop', 'a'],
      ['Pod', 'shop', 'b'],
      ['Secret', 'shop', 'c'],
    ],
  );
});

test('what a cluster cannot know is said, beside the rest', () => {
  const problems = desiredObjects([
    { value: object('LocalMesh', 'm', 'meshlens.dev/v1alpha1') },
    { value: object('Pod') },
  ]).map(({ problem }) => problem);
  assert.match(problems[0] ?? '', /for the local mesh/);
  assert.match(problems[1] ?? '', /no metadata\.name/);
});

const refused: readonly (readonly [string, readonly { value: unknown; problem?: string }[], RegExp])[] = [
  ['nothing', [], /no Kubernetes object/],
  ['something else', [{ value: { name: 'compose' } }], /no Kubernetes object/],
  ['broken YAML', [{ value: undefined, problem: 'A tab indents line 3.' }], /cannot be read: A tab/],
  [
    'too much',
    [{ value: { apiVersion: 'v1', kind: 'List', items: Array.from({ length: 501 }, () => object('Pod', 'p')) } }],
    /501 objects/,
  ],
];
for (const [what, documents, message] of refused)
  test(`${what} cannot be applied`, () => {
    assert.throws(
      () => desiredObjects(documents),
      (error) => error instanceof NothingToApply && message.test(error.message),
    );
  });

const none = { 'istio-injection': null, 'istio.io/rev': null, 'istio.io/dataplane-mode': null };
const enrolments: readonly (readonly ['sidecar' | 'ambient' | 'none', string | undefined, object])[] = [
  ['sidecar', undefined, { ...none, 'istio-injection': 'enabled' }],
  ['sidecar', 'default', { ...none, 'istio-injection': 'enabled' }],
  ['sidecar', 'canary', { ...none, 'istio.io/rev': 'canary' }],
  ['ambient', undefined, { ...none, 'istio.io/dataplane-mode': 'ambient' }],
  ['none', undefined, none],
];
for (const [mode, revision, labels] of enrolments)
  test(`a namespace is enrolled: ${mode} ${revision ?? ''}`, () => {
    assert.deepEqual(enrolLabels(mode, revision), labels);
  });
