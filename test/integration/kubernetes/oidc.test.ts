import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { KubeFailure } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { base64, transportOf } from './access-context.ts';
import { startAccessServer, type AccessServer } from './access-server.ts';
import { TestAuthority } from './test-authority.ts';

const authority = await TestAuthority.create();
const issuerAuthority = await TestAuthority.create('issuer');
const certificate = await authority.issue();
const issuerCertificate = await issuerAuthority.issue();
const canary = 'canary-5d0c';

/** An id token; nobody here verifies its signature. */
function idToken(issuer: string, seconds: number, name: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'meshlens', sub: name, iat: now, exp: now + seconds };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${base64(name).replace(/=/g, '')}`;
}

interface Issuer {
  readonly url: string;
  /** What its token endpoint was asked: Authorization header and form. */
  readonly asked: { authorization: string | undefined; form: Record<string, string> }[];
}

async function startIssuer(
  t: TestContext,
  answer: (url: string) => { status: number; body: object },
  methods?: readonly string[],
): Promise<Issuer> {
  const asked: Issuer['asked'] = [];
  const read = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };
  const server: AccessServer = await startAccessServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      const document = { issuer: server.url, token_endpoint: `${server.url}/token`, jwks_uri: `${server.url}/keys` };
      response.end(
        JSON.stringify(methods ? { ...document, token_endpoint_auth_methods_supported: methods } : document),
      );
      return;
    }
    void read(request).then((text) => {
      asked.push({
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(text)),
      });
      const { status, body } = answer(server.url);
      response.writeHead(status).end(JSON.stringify(body));
    });
  }, issuerCertificate);
  t.after(() => server.close());
  return { url: server.url, asked };
}

async function apiServer(t: TestContext): Promise<AccessServer & { readonly seen: string[]; status: number }> {
  const seen: string[] = [];
  const state = { status: 200 };
  const server = await startAccessServer((request, response) => {
    seen.push(request.headers.authorization ?? '');
    response.writeHead(state.status).end('{}');
    state.status = 200;
  }, certificate);
  t.after(() => server.close());
  return Object.assign(state, server, { seen });
}

const cluster = (server: AccessServer): Record<string, unknown> => ({
  server: server.url,
  'certificate-authority-data': base64(authority.pem),
});

const provider = (issuer: Issuer, config: Record<string, string>): Record<string, unknown> => ({
  'auth-provider': {
    name: 'oidc',
    config: {
      'idp-issuer-url': issuer.url,
      'idp-certificate-authority-data': base64(issuerAuthority.pem),
      'client-id': 'meshlens',
      ...config,
    },
  },
});

test('an id token with time left is used as it is', async (t) => {
  const issuer = await startIssuer(t, () => ({ status: 500, body: {} }));
  const server = await apiServer(t);
  const token = idToken(issuer.url, 3600, 'ana');
  const transport = await transportOf(
    t,
    cluster(server),
    provider(issuer, { 'id-token': token, 'refresh-token': canary }),
  );
  await transport.request({ path: '/' });
  assert.deepEqual([server.seen, issuer.asked], [[`Bearer ${token}`], []]);
});

for (const [methods, authorization, form] of [
  [undefined, `Basic ${base64('meshlens:hush')}`, {}],
  [['client_secret_post'], undefined, { client_id: 'meshlens', client_secret: 'hush' }],
] as const) {
  test(`a token that has ended is renewed once, with the secret by ${methods?.[0] ?? 'the standard way'}`, async (t) => {
    let given = 0;
    const issuer = await startIssuer(
      t,
      (url) => {
        given += 1;
        const body = {
          id_token: idToken(url, 3600, `ana ${given}`),
          access_token: 'a',
          token_type: 'bearer',
          refresh_token: `next ${given}`,
        };
        return { status: 200, body };
      },
      methods,
    );
    const server = await apiServer(t);
    const old = idToken(issuer.url, -60, 'ana');
    const user = provider(issuer, { 'id-token': old, 'refresh-token': 'first', 'client-secret': 'hush' });
    const transport = await transportOf(t, cluster(server), user);
    await Promise.all(Array.from({ length: 5 }, () => transport.request({ path: '/' })));
    await transport.request({ path: '/' });
    assert.equal(issuer.asked.length, 1);
    assert.deepEqual(issuer.asked[0], {
      authorization,
      form: { grant_type: 'refresh_token', refresh_token: 'first', ...form },
    });
    assert.equal(new Set(server.seen).size, 1);
    assert.ok(!server.seen.includes(`Bearer ${old}`));
    // The server refuses it before its time: renewed with the refresh token that came last.
    server.status = 401;
    assert.equal((await transport.request({ path: '/' })).status, 200);
    assert.equal(issuer.asked[1]?.form['refresh_token'], 'next 1');
  });
}

const failing: readonly (readonly [string, { status: number; body: object }, RegExp])[] = [
  [
    'refuses',
    { status: 400, body: { error: 'invalid_grant', error_description: canary } },
    /takes the refresh token no longer \(invalid_grant\)/,
  ],
  ['breaks', { status: 500, body: { error: canary } }, /could not be renewed at 127\.0\.0\.1:\d+: .*Sign in again/],
  ['gives no id token', { status: 200, body: { access_token: canary, token_type: 'bearer' } }, /gave no id token/],
];
for (const [name, answer, words] of failing) {
  test(`an issuer that ${name} is told without its words`, async (t) => {
    const issuer = await startIssuer(t, () => answer);
    const server = await apiServer(t);
    const user = provider(issuer, { 'id-token': idToken(issuer.url, -60, 'ana'), 'refresh-token': canary });
    const clock = { wall: () => Date.now(), steady: () => 0 };
    const transport = await transportOf(t, cluster(server), user, { clock });
    for (let call = 0; call < 2; call += 1) {
      await assert.rejects(transport.request({ path: '/' }), (failure: KubeFailure) => {
        assert.equal(failure.reason, 'credentials');
        assert.match(failure.message, words);
        assert.doesNotMatch(`${failure.message}${String(failure.stack)}`, /canary/);
        return true;
      });
    }
    assert.equal(issuer.asked.length, 1, 'it is left alone for a while');
    assert.equal(server.connections(), 0);
  });
}

test('an issuer whose certificate is of another authority is not asked', async (t) => {
  const issuer = await startIssuer(t, () => ({ status: 500, body: {} }));
  const server = await apiServer(t);
  const user = provider(issuer, { 'refresh-token': canary, 'idp-certificate-authority-data': base64(authority.pem) });
  const transport = await transportOf(t, cluster(server), user);
  await assert.rejects(transport.request({ path: '/' }), (failure: KubeFailure) => {
    assert.match(failure.message, /could not be renewed at 127\.0\.0\.1:\d+: [A-Z_]+\./);
    return failure instanceof KubeFailure;
  });
  assert.deepEqual(issuer.asked, []);
});

test('a user whose sign-in has ended and who has nothing to renew it with is told', async (t) => {
  const issuer = await startIssuer(t, () => ({ status: 500, body: {} }));
  const server = await apiServer(t);
  const transport = await transportOf(
    t,
    cluster(server),
    provider(issuer, { 'id-token': idToken(issuer.url, -1, 'ana') }),
  );
  await assert.rejects(transport.request({ path: '/' }), /has ended and the kubeconfig has nothing to renew it with/);
});
