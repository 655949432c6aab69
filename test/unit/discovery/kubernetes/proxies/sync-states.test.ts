import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedProxies } from '../../../../../src/engine/discovery/kubernetes/proxies/sync-states.ts';

const types = (entry: unknown): unknown => {
  const [proxy] = connectedProxies([entry], 'istiod-0');
  return [proxy?.types, proxy?.state];
};
const prefix = 'type.googleapis.com/envoy.config';

test('fields, as istiod before 1.25 answers', () => {
  const [proxy] = connectedProxies(
    [
      {
        proxy: 'reviews-v1-5d7.bookinfo',
        istio_version: '1.20.3',
        cluster_sent: 'a1',
        cluster_acked: 'a1',
        listener_sent: 'b2',
        listener_acked: 'b1',
        endpoint_sent: 'c1',
        endpoint_acked: 'c1',
      },
    ],
    'istiod-7c9',
  );
  assert.deepEqual(proxy, {
    proxy: 'reviews-v1-5d7.bookinfo',
    pod: 'reviews-v1-5d7',
    namespace: 'bookinfo',
    version: '1.20.3',
    istiod: 'istiod-7c9',
    types: { CDS: 'synced', LDS: 'stale', EDS: 'synced', RDS: 'not-sent', ECDS: 'ignored' },
    state: 'stale',
  });
});

test('resources, as istiod 1.31 answers', () => {
  assert.deepEqual(
    types({
      proxy: 'till-a.shop',
      cluster_sent: 'old fields do not count beside resources',
      resources: {
        [`${prefix}.cluster.v3.Cluster`]: { sent: '1', acked: '1', sentTime: '2026-11-23T06:42:58Z' },
        [`${prefix}.listener.v3.Listener`]: { sent: '1', acked: '1' },
        [`${prefix}.route.v3.RouteConfiguration`]: { sentTime: '0001-01-01T00:00:00Z' },
        'type.googleapis.com/istio.workload.Address': { sent: '2', acked: '2' },
        'type.googleapis.com/some.day.NewType': { sent: '2' },
      },
    }),
    [
      {
        CDS: 'synced',
        LDS: 'synced',
        EDS: 'ignored',
        RDS: 'not-sent',
        ECDS: 'ignored',
        WDS: 'synced',
        NewType: 'stale',
      },
      'stale',
    ],
  );
});

test('a configuration that the proxy refuses is not in step', () => {
  const refused = { sent: '2', acked: '2', lastError: 'Error adding/updating listener' };
  assert.deepEqual(types({ proxy: 'a.b', resources: { [`${prefix}.listener.v3.Listener`]: refused } }), [
    { CDS: 'ignored', LDS: 'stale', EDS: 'ignored', RDS: 'ignored', ECDS: 'ignored' },
    'stale',
  ]);
});

test('types that were never sent do not make a proxy late', () => {
  const [, state] = types({ proxy: 'a.b', cluster_sent: '1', cluster_acked: '1' }) as [unknown, string];
  assert.equal(state, 'synced');
  const [, nothing] = types({ proxy: 'a.b' }) as [unknown, string];
  assert.equal(nothing, 'not-sent');
});

test('names with dots are split at the namespace', () => {
  const [proxy] = connectedProxies([{ proxy: 'edge.west.istio-ingress' }], 'i');
  assert.deepEqual([proxy?.pod, proxy?.namespace], ['edge.west', 'istio-ingress']);
});

for (const nonsense of [undefined, null, 'x', {}, [null], [{}], [{ proxy: 7 }], [{ proxy: 'nodot' }]])
  test(`${JSON.stringify(nonsense)} is no proxy`, () => {
    assert.deepEqual(connectedProxies(nonsense, 'i'), []);
  });
