import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, isTlsAlert } from '../../../../../src/engine/discovery/kubernetes/transport/failure-words.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

const error = (code: string): Error => Object.assign(new Error(`canary ${code}`), { code });

const cases: readonly (readonly [unknown, string, RegExp])[] = [
  [error('ECONNREFUSED'), 'unreachable', /nothing listens there/],
  [new AggregateError([error('ENETUNREACH'), error('ECONNREFUSED')]), 'unreachable', /nothing listens there/],
  [error('ENOTFOUND'), 'unreachable', /name is not known/],
  [error('EAI_AGAIN'), 'unreachable', /looked up/],
  [error('EWHATEVER'), 'unreachable', /EWHATEVER/],
  [new Error('canary'), 'unreachable', /connection broke/],
  [{}, 'unreachable', /connection broke/],
  [error('CERT_HAS_EXPIRED'), 'tls', /has expired/],
  [error('CERT_NOT_YET_VALID'), 'tls', /not valid yet/],
  [error('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', /another name/],
  [error('SELF_SIGNED_CERT_IN_CHAIN'), 'tls', /authority that is not the kubeconfig’s/],
  [error('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls', /does not speak TLS/],
  [error('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'), 'tls', /handshake \(certificate expired\)/],
  [error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'tls', /handshake \(certificate required\)/],
  [error('EPROTO'), 'tls', /No TLS connection/],
  [error('HPE_INVALID_CONSTANT'), 'protocol', /not HTTP/],
  [error('ERR_INVALID_CHAR'), 'protocol', /characters/],
];

for (const [thrown, reason, words] of cases) {
  test(`a failure says in words what ${(thrown as { code?: string }).code ?? 'nameless'} means`, () => {
    const failure = failureOf(thrown, 'https://api:6443');
    assert.equal(failure.reason, reason);
    assert.match(failure.message, words);
    assert.doesNotMatch(failure.message, /canary/);
    assert.equal(failure.cause, undefined);
  });
}

test('a failure that is told already stays as it is', () => {
  const failure = new KubeFailure('timeout', 'Late.');
  assert.equal(failureOf(failure, 'x'), failure);
});

test('the alert of a server is known from our own verdict on it', () => {
  assert.equal(isTlsAlert(error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')), true);
  assert.equal(isTlsAlert(error('CERT_HAS_EXPIRED')), false);
});
