import assert from 'node:assert/strict';
import { test } from 'node:test';
import { influencesOf } from '../../../../src/engine/policy/semantics/influences.ts';
import { reviewsSubsets, services, settingsOf, snapshotOf, virtualService } from './mesh-fixture.ts';

const text = `${services}${reviewsSubsets}
kind: DestinationRule
metadata: {name: all, namespace: istio-system}
spec: {host: "*.local"}
---
kind: DestinationRule
metadata: {name: ratings}
spec: {host: ratings}
---
kind: Gateway
metadata: {name: ingress}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
kind: PeerAuthentication
metadata: {name: default}
spec: {mtls: {mode: STRICT}}
---
kind: PeerAuthentication
metadata: {name: reviews-only}
spec: {selector: {matchLabels: {app: reviews}}, mtls: {mode: PERMISSIVE}}
---
kind: PeerAuthentication
metadata: {name: elsewhere, namespace: other}
spec: {mtls: {mode: STRICT}}
---
${virtualService('hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, subset: v1}}]}]', 'name: inner')}
${virtualService('hosts: ["*"]\ngateways: [ingress]\nhttp: [{route: [{destination: {host: reviews}}]}]', 'name: outer')}
${virtualService('hosts: [ratings]\nhttp: [{route: [{destination: {host: ratings}}]}]', 'name: unrelated')}`;

function names(app: string, hosts: readonly string[], labels = { app }): readonly string[] {
  const found = influencesOf({
    snapshot: snapshotOf(text),
    settings: settingsOf(),
    workload: { namespace: 'bookinfo', labels },
    hosts: hosts.map((host) => `${host}.bookinfo.svc.cluster.local`),
  });
  return found.map(({ resource }) => `${resource.kind} ${resource.name}`);
}

test('what routes to a host, what rules it, and what protects the workload', () => {
  assert.deepEqual(names('reviews', ['reviews']), [
    'VirtualService inner',
    'VirtualService outer',
    'DestinationRule all',
    'DestinationRule reviews',
    'Gateway ingress',
    'PeerAuthentication reviews-only',
    'PeerAuthentication default',
  ]);
});

test('a workload without a host is shaped by its PeerAuthentication alone', () => {
  assert.deepEqual(names('traffic', []), ['PeerAuthentication default']);
});

test('a gateway is shaped by its Gateways', () => {
  const found = influencesOf({
    snapshot: snapshotOf(text),
    settings: settingsOf(),
    workload: { namespace: 'bookinfo', labels: { istio: 'ingressgateway' } },
    hosts: [],
  });
  assert.deepEqual(
    found.map(({ resource }) => resource.name),
    ['ingress', 'default'],
  );
});
