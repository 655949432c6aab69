/** Many requests in one moment, as after a pause: how many connections they open together, and that none is left waiting. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, test } from 'node:test';
import {
  call,
  Cleanup,
  config,
  endpoint,
  eventually,
  identity,
  noRetry,
  forward,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
} from './mesh-kit.ts';
import { CertificateAuthority } from '../../../src/engine/dataplane/tls/certificate-authority.ts';
import { certificates } from './tls/link-harness.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('as many requests as wanted are under way together, however few connections open at the same time', async () => {
  const held: ServerResponse[] = [];
  const application = await startApplication(cleanup, (_request, response) => void held.push(response));
  const bound = await startProxies(cleanup).apply(
    config({ routes: routes([rule()], [upstream([endpoint('a', application.port)])]) }),
  );
  const answers = Array.from({ length: 60 }, () => call(bound.outbound['proxy'] ?? 0));
  await eventually(() => held.length === 60);
  for (const response of held) response.end('ok');
  assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([200]));
});

test('at most eight handshakes with one endpoint run at once, and one that never ends fails all that wait for it', async () => {
  // Takes connections and says nothing: no handshake comes to its end.
  const silent = await startServer(cleanup, () => undefined);
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const { pool } = upstream([]);
  const strict = endpoint('a', silent.port, { inboundTls: 'strict' });
  const bound = await startProxies(cleanup).apply(
    config({
      security: await certificates(authority, identity().principal),
      routes: routes(
        [rule({ action: forward({ retry: noRetry }) })],
        [upstream([strict], { tls: { mode: 'auto' }, pool: { ...pool, connectTimeoutMs: 400 } })],
      ),
    }),
  );
  const answers = await Promise.all(Array.from({ length: 60 }, () => call(bound.outbound['proxy'] ?? 0)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503]));
  // In turns of eight they would have opened sixty, one for each.
  assert.equal(silent.connections(), 8);
});
