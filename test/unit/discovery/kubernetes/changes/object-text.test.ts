import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonText, fullText } from '../../../../../src/engine/discovery/kubernetes/changes/object-text.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('the server’s bookkeeping is no part of a comparison', () => {
  assert.equal(
    comparisonText({
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: {
        name: 'till',
        namespace: 'shop',
        uid: 'u',
        resourceVersion: '7',
        generation: 3,
        creationTimestamp: '2026-11-23T06:00:00Z',
        managedFields: [{ manager: 'kubectl' }],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'deployment.kubernetes.io/revision': '4',
        },
      },
      spec: { replicas: 2 },
      status: { replicas: 1 },
    }),
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: till\n  namespace: shop\nspec:\n  replicas: 2\n',
  );
});

test('texts that YAML 1.1 reads as something else are quoted', () => {
  const text = comparisonText({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { a: 'on', b: '0777' },
  });
  assert.match(text, /a: "on"\n {2}b: "0777"\n/);
});

test('of a Secret no value is shown, but which ones differ', () => {
  const secret = (data: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': base64('canary') },
    },
    data,
  });
  const before = secret({ same: base64('canary-1'), other: base64('canary-2') });
  const after = secret({ same: base64('canary-1'), other: base64('canary-33'), more: base64('canary') });
  assert.match(
    comparisonText(after, before),
    /data:\n {2}same: \(not shown, 8 bytes\)\n {2}other: \(not shown, 9 bytes, changed\)\n {2}more: \(not shown, 6 bytes, changed\)\n$/,
  );
  for (const text of [comparisonText(before), comparisonText(after, before), fullText(after).yaml])
    assert.doesNotMatch(text, /canary|Y2FuYX/);
});

test('managed fields are found for folding', () => {
  const { yaml, managedFields } = fullText({
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 's',
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:ports': {} } } }, { manager: 'meshlens' }],
      labels: { app: 's' },
    },
    spec: {},
  });
  const lines = yaml.split('\n');
  assert.deepEqual(lines.slice(0, 2), ['apiVersion: v1', 'kind: Service']);
  assert.equal(lines[managedFields?.start ?? 0], '  managedFields:');
  assert.equal(lines[managedFields?.end ?? 0], '    - manager: meshlens');
  assert.equal(lines[(managedFields?.end ?? 0) + 1], '  labels:');
});

test('without managed fields there is nothing to fold', () => {
  assert.equal(fullText({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }).managedFields, undefined);
});
