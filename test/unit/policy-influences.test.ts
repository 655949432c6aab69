import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSnapshot } from '../../src/engine/model/snapshot.ts';
import type { MeshObject } from '../../src/engine/model/mesh-object.ts';
import { PolicyInfluences } from '../../src/engine/policy-influences.ts';
import { resolveMeshSettings } from '../../src/shared/mesh-settings.ts';

const strict = (namespace: string): MeshObject => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  namespace,
  name: 'default',
  labels: {},
  annotations: {},
  spec: { mtls: { mode: 'STRICT' } },
  origin: { layer: 'workspace', source: 'test' },
});

test('policies that only the workspace has are marked as not applied, until a cluster has them', () => {
  const influences = new PolicyInfluences();
  const snapshot = createSnapshot([strict('shop')]);
  const settings = resolveMeshSettings({});
  const marks = (clusters?: readonly (readonly MeshObject[])[]): readonly unknown[] =>
    influences
      .of({
        snapshot,
        settings,
        labelsOf: () => ({ app: 'till' }),
        revision: 1,
        locate: (ref) => ref,
        ...(clusters === undefined ? {} : { clusters: clusters.map((objects) => createSnapshot(objects)) }),
      })
      .ofNode({ namespace: 'shop', workload: 'till' })
      .map(({ resource, isUnapplied }) => [resource.kind, isUnapplied]);
  assert.deepEqual(marks([[], [strict('bank')]]), [['PeerAuthentication', true]]);
  assert.deepEqual(marks([[], [strict('shop')]]), [['PeerAuthentication', undefined]]);
  assert.deepEqual(marks([]), [['PeerAuthentication', true]]);
  assert.deepEqual(marks(), [['PeerAuthentication', undefined]], 'a local mesh runs what the workspace has');
});
