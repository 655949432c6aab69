import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverMtlsMode } from '../../../../src/engine/policy/semantics/mutual-tls.ts';
import { settingsOf, snapshotOf } from './mesh-fixture.ts';

function policy(spec: string, metadata: string): string {
  return `kind: PeerAuthentication\nmetadata: {${metadata}}\nspec: ${spec}\n---\n`;
}

function mode(text: string, port?: number, namespace = 'bookinfo', app = 'reviews'): string {
  const found = serverMtlsMode({
    snapshot: snapshotOf(text),
    settings: settingsOf(),
    namespace,
    labels: { app },
    ...(port !== undefined && { port }),
  });
  return found.source ? `${found.mode} by ${found.source.resource.name} ${found.source.path.join('.')}` : found.mode;
}

const root = policy('{mtls: {mode: STRICT}}', 'name: mesh, namespace: istio-system');
const own = policy('{mtls: {mode: DISABLE}}', 'name: own');
const workload = policy('{selector: {matchLabels: {app: reviews}}, mtls: {mode: PERMISSIVE}}', 'name: workload');

// istio.io/docs/reference/config/security/peer_authentication.
test('permissive where nothing is said', () => assert.equal(mode(''), 'PERMISSIVE'));

test('the workload comes before the namespace, the namespace before the mesh', () => {
  assert.equal(mode(root), 'STRICT by mesh spec.mtls.mode');
  assert.equal(mode(root + own), 'DISABLE by own spec.mtls.mode');
  assert.equal(mode(root + own + workload), 'PERMISSIVE by workload spec.mtls.mode');
  assert.equal(mode(root + own + workload, undefined, 'bookinfo', 'ratings'), 'DISABLE by own spec.mtls.mode');
  assert.equal(mode(root + own + workload, undefined, 'other'), 'STRICT by mesh spec.mtls.mode');
});

test('UNSET, and a mode left out, inherit', () => {
  assert.equal(mode(root + policy('{mtls: {mode: UNSET}}', 'name: own')), 'STRICT by mesh spec.mtls.mode');
  assert.equal(mode(root + policy('{}', 'name: own')), 'STRICT by mesh spec.mtls.mode');
  assert.equal(
    mode(own + policy('{selector: {matchLabels: {app: reviews}}}', 'name: w')),
    'DISABLE by own spec.mtls.mode',
  );
});

test('at each level the oldest wins', () => {
  const newer = policy('{mtls: {mode: STRICT}}', 'name: a, creationTimestamp: "2025-01-01T00:00:00Z"');
  const older = policy('{mtls: {mode: DISABLE}}', 'name: b, creationTimestamp: "2020-01-01T00:00:00Z"');
  assert.equal(mode(newer + older), 'DISABLE by b spec.mtls.mode');
});

test('an empty selector is none', () => {
  assert.equal(
    mode(policy('{selector: {matchLabels: {}}, mtls: {mode: STRICT}}', 'name: a')),
    'STRICT by a spec.mtls.mode',
  );
});

test('a selector in the root namespace selects nothing', () => {
  const text = policy(
    '{selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}}',
    'name: a, namespace: istio-system',
  );
  assert.equal(mode(text), 'PERMISSIVE');
  assert.equal(mode(text, undefined, 'istio-system'), 'PERMISSIVE');
});

test('ports go by the port of the workload, need a selector, and UNSET inherits the mode of the workload', () => {
  const ports = policy(
    '{selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}, 8081: {mode: UNSET}}}',
    'name: a',
  );
  assert.equal(mode(ports, 8080), 'DISABLE by a spec.portLevelMtls.8080.mode');
  assert.equal(mode(ports, 8081), 'STRICT by a spec.mtls.mode');
  assert.equal(mode(ports, 9999), 'STRICT by a spec.mtls.mode');
  assert.equal(mode(policy('{portLevelMtls: {8080: {mode: STRICT}}}', 'name: a'), 8080), 'PERMISSIVE');
});

test('what cannot be read counts as unset', () => {
  for (const spec of ['{mtls: STRICT}', '{mtls: {mode: 3}}', '{mtls: {mode: strict}}', '[]', 'x', 'null']) {
    assert.equal(mode(policy(spec, 'name: a')), 'PERMISSIVE', spec);
  }
});
