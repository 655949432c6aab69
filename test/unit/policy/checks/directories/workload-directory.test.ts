import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../../../src/engine/discovery/workspace/workspace-files.ts';
import type { MeshObject } from '../../../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../../../src/engine/model/snapshot.ts';
import type { WorkloadDirectory } from '../../../../../src/engine/policy/checks/directories/workload-directory.ts';
import { workloadDirectory } from '../../../../../src/engine/policy/checks/directories/workload-directory.ts';
import { resolveMeshSettings } from '../../../../../src/shared/mesh-settings.ts';

const text = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: not-the-pods}}
spec:
  replicas: 0
  template: {metadata: {labels: {app: web, version: v1}}, spec: {serviceAccountName: web, containers: []}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  jobTemplate: {spec: {template: {metadata: {labels: {app: report}}}}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: {name: machines, namespace: shop}
spec:
  metadata: {labels: {app: machine}}
  template: {serviceAccount: machine}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: one, namespace: other}
spec: {address: 192.0.2.1, labels: {app: web}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: half-typed, namespace: shop}
spec:
`;

function read(others: readonly MeshObject[] = []): WorkloadDirectory {
  const files = new WorkspaceFiles();
  files.setDisk('file:///a.yaml', text);
  const snapshot = createSnapshot([...files.objects(), ...others]);
  return workloadDirectory.build({ ...snapshot, isComplete: () => false }, resolveMeshSettings());
}

function pod(name: string, owner?: MeshObject['owners']): MeshObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name,
    labels: { app: 'web', version: 'v1', 'pod-template-hash': 'abc' },
    annotations: {},
    ...(owner && { owners: owner }),
    spec: {},
    origin: { layer: 'cluster', source: 'test' },
  };
}

const names = (found: readonly { readonly object: MeshObject }[]): readonly string[] =>
  found.map(({ object }) => `${object.kind} ${object.namespace}/${object.name}`).sort();

describe('workloads are found by the labels of their pods', () => {
  const directory = read();

  test('of any namespace', () =>
    assert.deepEqual(names(directory.selected({ app: 'web' })), ['Deployment shop/web', 'WorkloadEntry other/one']));
  test('of one namespace', () =>
    assert.deepEqual(names(directory.selectedIn('shop', { app: 'web', version: 'v1' })), ['Deployment shop/web']));
  test('of a job that runs now and then', () =>
    assert.deepEqual(names(directory.selected({ app: 'report' })), ['CronJob shop/report']));
  test('of machines that have not joined', () =>
    assert.deepEqual(names(directory.selected({ app: 'machine' })), ['WorkloadGroup shop/machines']));
  test('an empty selector selects the whole namespace', () =>
    assert.deepEqual(names(directory.selectedIn('other', {})), ['WorkloadEntry other/one']));
  test('the labels of a Deployment itself do not count', () =>
    assert.deepEqual(directory.selected({ app: 'not-the-pods' }), []));
  test('what has no template is left out', () => assert.ok(!names(directory.all).includes('Job shop/half-typed')));
  test('service accounts in use', () => {
    assert.ok(directory.usesAccount('shop', 'web'));
    assert.ok(directory.usesAccount('shop', 'machine'));
    assert.ok(!directory.usesAccount('other', 'web'));
  });
});

describe('pods count once', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: '1', controller: true };

  test('with their Deployment', () =>
    assert.deepEqual(names(read([pod('web-abc-1', [owner])]).selectedIn('shop', { app: 'web' })), [
      'Deployment shop/web',
    ]));
  test('by themselves where nobody made them', () =>
    assert.deepEqual(names(read([pod('alone')]).selectedIn('shop', { app: 'web' })), [
      'Deployment shop/web',
      'Pod shop/alone',
    ]));
  test('by themselves where what made them is not known', () =>
    assert.deepEqual(
      names(read([pod('other-1', [{ ...owner, name: 'other-abc' }])]).selectedIn('shop', { app: 'web' })),
      ['Deployment shop/web', 'Pod shop/other-1'],
    ));
});
