/** Sidecar to sidecar: mutual TLS by the policy of the server, identities, and what applications see of them. */
import assert from 'node:assert/strict';
import type * as http from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import * as tls from 'node:tls';
import type { LinkSecurity, MtlsMode, ProxyConfig } from '../../../src/engine/dataplane/data-plane.ts';
import { CertificateAuthority } from '../../../src/engine/dataplane/tls/certificate-authority.ts';
import type { UpstreamEndpoint, UpstreamTls } from '../../../src/engine/policy/semantics/routing/compiled.ts';
import {
  call,
  Cleanup,
  config,
  destination,
  endpoint,
  eventually,
  identity,
  RawClient,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
  type RunningProxies,
} from './mesh-kit.ts';

const clientPrincipal = 'spiffe://cluster.local/ns/shop/sa/productpage';
const serverPrincipal = 'spiffe://cluster.local/ns/shop/sa/reviews';

const cleanup = new Cleanup();
const whole = new Cleanup();
let client: LinkSecurity = { type: 'none' };
let server: LinkSecurity = { type: 'none' };
before(async () => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const of = async (principal: string): Promise<LinkSecurity> => {
    const { certificatePem, privateKeyPem } = await authority.issue(principal);
    return { type: 'certificates', certificatePem, privateKeyPem, trustBundlePem: authority.trustBundlePem };
  };
  client = await of(clientPrincipal);
  server = await of(serverPrincipal);
});
afterEach(() => cleanup.run());
after(() => whole.run());

interface Mesh {
  readonly proxies: RunningProxies;
  /** The client's outbound listener. */
  readonly port: number;
  /** The server's inbound listener. */
  readonly inbound: number;
  readonly seen: () => http.IncomingHttpHeaders;
}

interface Setup {
  readonly mtls: MtlsMode;
  readonly clientSecurity?: LinkSecurity;
  readonly serverSecurity?: LinkSecurity;
  readonly endpoint?: Partial<UpstreamEndpoint>;
  readonly tls?: UpstreamTls;
}

const modes = { STRICT: 'strict', PERMISSIVE: 'permissive', DISABLE: 'disable' } as const;

function serverConfig(
  mtls: MtlsMode,
  application: number,
  security: LinkSecurity,
  protocol: 'http' | 'tcp' = 'http',
): ProxyConfig {
  return config({
    identity: identity({
      instance: 'shop/reviews-v2-0',
      workload: 'reviews-v2',
      app: 'reviews',
      version: 'v2',
      principal: serverPrincipal,
    }),
    inbound: [
      {
        name: 'http',
        protocol,
        port: 0,
        mtls,
        application: { address: '127.0.0.1', port: application },
        service: { host: 'reviews.shop.svc.cluster.local', name: 'reviews', namespace: 'shop', port: 9080 },
      },
    ],
    outbound: [],
    security,
  });
}

async function mesh(setup: Setup): Promise<Mesh> {
  let seen: http.IncomingHttpHeaders = {};
  const application = await startApplication(cleanup, (request, response) => {
    seen = request.headers;
    response.end('ok');
  });
  const proxies = startProxies(cleanup);
  const behind = await proxies.apply(serverConfig(setup.mtls, application.port, setup.serverSecurity ?? server));
  const inbound = behind.inbound['http'] ?? 0;
  const target = endpoint('shop/reviews-v2-0', inbound, {
    workload: 'reviews-v2',
    version: 'v2',
    principal: serverPrincipal,
    inboundTls: modes[setup.mtls],
    ...setup.endpoint,
  });
  const bound = await proxies.apply(
    config({
      routes: routes([rule()], [upstream([target], setup.tls ? { tls: setup.tls } : {})]),
      security: setup.clientSecurity ?? client,
    }),
  );
  return { proxies, port: bound.outbound['proxy'] ?? 0, inbound, seen: () => seen };
}

const directly = (port: number): Promise<unknown> =>
  call(port).then(
    ({ status }) => status,
    (error: unknown) => error,
  );

describe('between sidecars', () => {
  for (const mtls of ['STRICT', 'PERMISSIVE'] as const) {
    test(`${mtls}: calls are mutually authenticated, and both ends report who it was`, async () => {
      const { proxies, port, seen } = await mesh({ mtls });
      const headers = {
        'x-forwarded-client-cert': 'By=me;URI=spiffe://cluster.local/ns/shop/sa/admin',
        'x-meshlens-peer': 'w=liar',
      };
      assert.equal((await call(port, { headers })).status, 200);
      assert.match(
        String(seen()['x-forwarded-client-cert']),
        new RegExp(`^By=${serverPrincipal};Hash=[0-9a-f]{64};Subject="";URI=${clientPrincipal}$`),
      );
      assert.equal(seen()['x-meshlens-peer'], undefined);
      const { requests, spans } = await proxies.report();
      const labels = requests.map((delta) => delta.labels);
      assert.deepEqual(
        labels
          .map((one) => [
            one.reporter,
            one.source_workload,
            one.source_principal,
            one.destination_workload,
            one.destination_version,
            one.destination_principal,
            one.destination_service,
            one.connection_security_policy,
          ])
          .sort(),
        [
          [
            'destination',
            'productpage-v1',
            clientPrincipal,
            'reviews-v2',
            'v2',
            serverPrincipal,
            'reviews.shop.svc.cluster.local',
            'mutual_tls',
          ],
          [
            'source',
            'productpage-v1',
            clientPrincipal,
            'reviews-v2',
            'v2',
            serverPrincipal,
            'reviews.shop.svc.cluster.local',
            'unknown',
          ],
        ],
      );
      const [server, caller] = ['server', 'client'].map((kind) => spans.find((span) => span.kind === kind));
      assert.equal(server?.traceId, caller?.traceId);
      assert.equal(server?.parentSpanId, caller?.spanId);
    });
  }

  test('DISABLE: plaintext, with the source named but its principal unknown', async () => {
    const { proxies, port, seen } = await mesh({ mtls: 'DISABLE' });
    assert.equal((await call(port)).status, 200);
    assert.equal(seen()['x-forwarded-client-cert'], undefined);
    const destination = (await proxies.report()).requests.find(
      ({ labels }) => labels.reporter === 'destination',
    )?.labels;
    assert.deepEqual(
      [destination?.source_workload, destination?.source_principal, destination?.connection_security_policy],
      ['productpage-v1', 'unknown', 'none'],
    );
  });

  test('a server with another identity than the endpoint has is not spoken to', async () => {
    const { port } = await mesh({
      mtls: 'STRICT',
      endpoint: { principal: 'spiffe://cluster.local/ns/shop/sa/ratings' },
    });
    const answer = await call(port);
    assert.equal(answer.status, 503);
    assert.match(answer.body, /remote connection failure/);
  });

  test('a DestinationRule that disables TLS meets a STRICT server: no answer', async () => {
    const { port } = await mesh({ mtls: 'STRICT', tls: { mode: 'none' } });
    assert.equal((await call(port)).status, 503);
  });

  test('a shared key', async () => {
    const key: LinkSecurity = { type: 'shared-key', identity: clientPrincipal, key: Buffer.alloc(32, 7) };
    const { port, proxies } = await mesh({
      mtls: 'STRICT',
      clientSecurity: key,
      serverSecurity: { ...key, identity: serverPrincipal },
    });
    assert.equal((await call(port)).status, 200);
    const destination = (await proxies.report()).requests.find(
      ({ labels }) => labels.reporter === 'destination',
    )?.labels;
    assert.deepEqual(
      [destination?.source_principal, destination?.connection_security_policy],
      [clientPrincipal, 'mutual_tls'],
    );
  });

  test('raw TCP', async () => {
    const echo = await startServer(cleanup, (socket) => socket.pipe(socket));
    const proxies = startProxies(cleanup);
    const behind = await proxies.apply(serverConfig('STRICT', echo.port, server, 'tcp'));
    const target = endpoint('shop/reviews-v2-0', behind.inbound['http'] ?? 0, {
      principal: serverPrincipal,
      inboundTls: 'strict',
    });
    const bound = await proxies.apply(
      config({
        outbound: [{ name: 'tcp', type: 'tcp', port: 0, routePort: 9080, host: 'reviews' }],
        routes: routes([], [upstream([target], { protocol: 'tcp' })], {
          tcp: [{ port: 9080, host: 'reviews', destinations: [destination()] }],
        }),
        security: client,
      }),
    );
    const raw = await RawClient.connect(cleanup, bound.outbound['tcp'] ?? 0);
    raw.send('through');
    await raw.until('through');
    raw.socket.end();
    await eventually(() => raw.closed);
    await eventually(async () => (await proxies.report()).tcp.filter(({ closed }) => closed === 1).length === 2);
    const { tcp } = await proxies.report();
    const destinations = tcp.filter(({ labels }) => labels.reporter === 'destination');
    assert.equal(destinations[0]?.labels.source_principal, clientPrincipal);
    assert.equal(
      destinations.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
      7,
    );
  });
});

describe('callers without a sidecar', () => {
  test('STRICT closes on plaintext, PERMISSIVE and DISABLE answer it', async () => {
    assert.match(String(await directly((await mesh({ mtls: 'STRICT' })).inbound)), /ECONNRESET|hang up/);
    assert.equal(await directly((await mesh({ mtls: 'PERMISSIVE' })).inbound), 200);
    assert.equal(await directly((await mesh({ mtls: 'DISABLE' })).inbound), 200);
  });

  test('their claims about themselves are shown, but not believed', async () => {
    const { inbound, proxies, seen } = await mesh({ mtls: 'PERMISSIVE' });
    const claims = { 'x-meshlens-peer': `w=admin&p=${serverPrincipal}`, 'x-forwarded-client-cert': 'URI=spiffe://x' };
    await call(inbound, { headers: claims });
    assert.deepEqual([seen()['x-forwarded-client-cert'], seen()['x-meshlens-peer']], [undefined, undefined]);
    const labels = (await proxies.report()).requests[0]?.labels;
    assert.deepEqual([labels?.source_workload, labels?.source_principal], ['admin', 'unknown']);
  });

  test('TLS without a certificate of the mesh is refused, and DISABLE takes no TLS', async () => {
    for (const mtls of ['STRICT', 'PERMISSIVE', 'DISABLE'] as const) {
      const { inbound } = await mesh({ mtls });
      const socket = tls.connect({ port: inbound, host: '127.0.0.1', rejectUnauthorized: false });
      cleanup.add(() => socket.destroy());
      let data = '';
      let closed = false;
      socket.on('data', (chunk: Buffer) => (data += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => (closed = true));
      socket.write('GET / HTTP/1.1\r\nHost: reviews\r\n\r\n');
      await eventually(() => closed);
      assert.equal(data, '');
    }
  });
});

test('a policy that changes applies to new connections, and old ones close after their request', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const proxies = startProxies(cleanup);
  const permissive = serverConfig('PERMISSIVE', application.port, server);
  const bound = await proxies.apply(permissive);
  const plain = await RawClient.connect(cleanup, bound.inbound['http'] ?? 0);
  plain.send('GET / HTTP/1.1\r\nHost: reviews\r\n\r\n');
  await plain.until(/ok$/);
  const strict = await proxies.apply(serverConfig('STRICT', application.port, server));
  assert.deepEqual(strict, bound);
  await plain.untilEnd();
  assert.match(String(await directly(bound.inbound['http'] ?? 0)), /ECONNRESET|hang up/);
});
