import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execInfo, parseExecCredential } from '../../../../../src/engine/discovery/kubernetes/auth/exec-credential.ts';
import { expiryOfJwt } from '../../../../../src/engine/discovery/kubernetes/auth/oidc-source.ts';
import { impersonationHeaders } from '../../../../../src/engine/discovery/kubernetes/auth/impersonation.ts';
import { parseKubeconfig } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/parse-kubeconfig.ts';
import type {
  ClusterEntry,
  UserEntry,
} from '../../../../../src/engine/discovery/kubernetes/kubeconfig/kubeconfig-entries.ts';

const v1 = 'client.authentication.k8s.io/v1';
const answer = (status: unknown, over: object = {}): string =>
  JSON.stringify({ apiVersion: v1, kind: 'ExecCredential', status, ...over });

function entriesOf(cluster: object, user: object): { cluster: ClusterEntry; user: UserEntry } {
  const text = JSON.stringify({ clusters: [{ name: 'c', cluster }], users: [{ name: 'u', user }] });
  const entries = parseKubeconfig(text, '/k/config', 'linux');
  if ('problem' in entries) throw new Error(entries.problem);
  const found = { cluster: entries.clusters.get('c'), user: entries.users.get('u') };
  if (!found.cluster || !found.user) throw new Error('Nothing there.');
  return { cluster: found.cluster, user: found.user };
}

test('a token with its end', () => {
  assert.deepEqual(
    parseExecCredential(answer({ token: 'abc', expirationTimestamp: '2026-01-01T01:00:00+01:00' }), v1, 'login'),
    { credential: { authorization: 'Bearer abc' }, expires: Date.parse('2026-01-01T00:00:00Z') },
  );
  assert.deepEqual(parseExecCredential(answer({ token: 'abc\n' }), v1, 'login'), {
    credential: { authorization: 'Bearer abc' },
  });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /printed nothing/],
  ['canary', /did not print JSON/],
  ['{"canary"', /did not print JSON/],
  ['["canary"]', /did not print an ExecCredential/],
  ['null', /did not print an ExecCredential/],
  [answer({ token: 'canary' }, { kind: 'Secret' }), /did not print an ExecCredential/],
  [
    answer({ token: 'canary' }, { apiVersion: `${v1}beta1` }),
    /another apiVersion than the kubeconfig asks for \(client/,
  ],
  [answer(undefined), /neither a token nor a certificate/],
  [answer({ token: 7 }), /neither a token nor a certificate/],
  [answer({ clientCertificateData: 'canary' }), /without its key/],
  [answer({ clientKeyData: 'canary' }), /without its key/],
  [answer({ clientCertificateData: 'canary', clientKeyData: 'canary' }), /not valid PEM/],
  [answer({ token: 'canary\r\nX-Evil: 1' }), /characters that no token has/],
  [answer({ token: 'canary', expirationTimestamp: 'tomorrow' }), /is no time/],
  [answer({ token: 'canary', expirationTimestamp: 1767225600 }), /is no time/],
  [answer({ token: 'canary', expirationTimestamp: '2026-13-45T00:00:00Z' }), /is no time/],
];
for (const [stdout, words] of refused) {
  test(`a plugin that prints ${stdout.slice(0, 60)} is refused without quoting it`, () => {
    assert.throws(
      () => parseExecCredential(stdout, v1, 'login'),
      (error: Error) => {
        assert.match(error.message, words);
        assert.match(error.message, /“login”/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  });
}

test('a plugin is told the cluster only where it asks for it', () => {
  const cluster = {
    server: 'https://api.example',
    'tls-server-name': 'other',
    'insecure-skip-tls-verify': true,
    'proxy-url': 'http://proxy',
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }],
  };
  const plugin = { apiVersion: v1, command: 'login', interactiveMode: 'Never' };
  const without = entriesOf(cluster, { exec: plugin });
  assert.deepEqual(without.user.exec && JSON.parse(execInfo(without.user.exec, without.cluster, '')), {
    kind: 'ExecCredential',
    apiVersion: v1,
    spec: { interactive: false },
  });
  const told = entriesOf(cluster, { exec: { ...plugin, provideClusterInfo: true } });
  assert.deepEqual(told.user.exec && JSON.parse(execInfo(told.user.exec, told.cluster, 'YQ==')), {
    kind: 'ExecCredential',
    apiVersion: v1,
    spec: {
      interactive: false,
      cluster: {
        server: 'https://api.example',
        'tls-server-name': 'other',
        'insecure-skip-tls-verify': true,
        'certificate-authority-data': 'YQ==',
        'proxy-url': 'http://proxy',
        config: { audience: 'me' },
      },
    },
  });
});

test('impersonation is written as client-go writes it', () => {
  const { user } = entriesOf(
    {},
    { as: 'ana', 'as-uid': '7', 'as-groups': ['a'], 'as-user-extra': { 'acme.com/päth %': ['x', 'y'], none: [] } },
  );
  assert.deepEqual(impersonationHeaders(user), {
    'Impersonate-User': 'ana',
    'Impersonate-Uid': '7',
    'Impersonate-Group': ['a'],
    'Impersonate-Extra-acme.com%2Fp%C3%A4th%20%25': ['x', 'y'],
  });
  assert.deepEqual(impersonationHeaders(entriesOf({}, {}).user), {});
});

const jwt = (claims: string): string => `e30.${Buffer.from(claims).toString('base64url')}.sig`;
const tokens: readonly (readonly [string, number | undefined])[] = [
  [jwt('{"exp":1767225600}'), 1_767_225_600_000],
  [jwt('{"exp":"soon"}'), undefined],
  [jwt('{}'), undefined],
  [jwt('canary'), undefined],
  ['opaque', undefined],
  ['', undefined],
];
for (const [token, expected] of tokens) {
  test(`the end of the token ${token} is ${expected}`, () => assert.equal(expiryOfJwt(token), expected));
}
