import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { test } from 'node:test';
import { CertificateAuthority } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { LinkTls } from '../../../../src/engine/dataplane/tls/link-security.ts';
import type { LinkSecurity } from '../../../../src/engine/dataplane/data-plane.ts';
import { certificates, productpage, reviews } from './link-harness.ts';

/** An HTTP server behind a link, and a client that sends requests over pooled links. */
async function meshOfTwo(server: LinkTls, client: LinkTls) {
  const principals = new Set<string>();
  const sockets = new Set<net.Socket>();
  const application = http.createServer((request, response) => {
    request.resume().on('end', () => response.end(request.headers['x-number']));
  });
  // The pool decides when connections close, so that none is closed under a request.
  application.keepAliveTimeout = 0;
  const listener = net.createServer((raw) => {
    raw.on('error', () => undefined);
    raw.once('data', (head) => {
      server.acceptTls(raw, head, (_, socket, principal) => {
        if (!socket) return;
        principals.add(principal ?? '');
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        application.emit('connection', socket);
      });
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  /** Opened by each agent. */
  const connections = new Map<http.Agent, number>();
  const request = async (number: number, keepAlive: http.Agent | false): Promise<void> => {
    const agent = keepAlive || new http.Agent();
    agent.createConnection = (_, done) => {
      connections.set(agent, (connections.get(agent) ?? 0) + 1);
      client.connectTls({ host: '127.0.0.1', port, expectedPrincipals: [reviews], timeoutMs: 20_000 }).then(
        (socket) => done?.(null, socket),
        (error: unknown) => done?.(error instanceof Error ? error : new Error(String(error)), new net.Socket()),
      );
      return undefined;
    };
    const body = await new Promise<string>((resolve, reject) => {
      const sent = http.request(
        { agent, host: '127.0.0.1', port, headers: { 'x-number': String(number) } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve(text)).on('error', reject);
        },
      );
      sent.on('error', reject).end();
    });
    assert.equal(body, String(number));
  };
  return {
    request,
    principals,
    connections,
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

test('leafs rotated all the time fail no request, and connections that stand live on', async (t) => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const server = new LinkTls(await certificates(authority, reviews));
  const client = new LinkTls(await certificates(authority, productpage));
  const mesh = await meshOfTwo(server, client);
  t.after(() => mesh.close());
  const kept = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => kept.destroy());

  let sent = 0;
  let rotations = 0;
  const isEnough = (): boolean => sent >= 300 && rotations >= 20;
  const send = async (agent: http.Agent | false): Promise<void> => {
    while (!isEnough()) await mesh.request(++sent, agent);
  };
  const rotate = async (link: LinkTls, principal: string): Promise<void> => {
    while (!isEnough()) {
      link.update(await certificates(authority, principal));
      rotations++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all([
    send(kept),
    send(false),
    send(false),
    send(false),
    rotate(server, reviews),
    rotate(client, productpage),
  ]);
  assert.equal(mesh.connections.get(kept), 1);
  assert.deepEqual([...mesh.principals], [productpage]);
  t.diagnostic(`${sent} requests, ${rotations} rotations, no request failed`);
});

test('a new authority takes over without a failed request while both are trusted', async (t) => {
  const before = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const after = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const both = before.trustBundlePem + after.trustBundlePem;
  const server = new LinkTls(await certificates(before, reviews));
  const client = new LinkTls(await certificates(before, productpage));
  const mesh = await meshOfTwo(server, client);
  t.after(() => mesh.close());

  let sent = 0;
  let isOver = false;
  const traffic = Promise.all(
    [1, 2].map(async () => {
      while (!isOver) await mesh.request(++sent, false);
    }),
  );
  const someTraffic = async (): Promise<void> => {
    const goal = sent + 10;
    while (sent < goal) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const steps: readonly (readonly [LinkTls, LinkSecurity])[] = [
    [server, await certificates(before, reviews, both)],
    [client, await certificates(before, productpage, both)],
    [server, await certificates(after, reviews, both)],
    [client, await certificates(after, productpage, both)],
    [server, await certificates(after, reviews)],
    [client, await certificates(after, productpage)],
  ];
  for (const [link, security] of steps) {
    await someTraffic();
    link.update(security);
  }
  await someTraffic();
  isOver = true;
  await traffic;
});

test('after a rotation away from an authority its leafs open no link, resumed or not', async (t) => {
  const before = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const after = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const server = new LinkTls(await certificates(before, reviews));
  const client = new LinkTls(await certificates(before, productpage));
  const mesh = await meshOfTwo(server, client);
  t.after(() => mesh.close());
  await mesh.request(1, false);
  await mesh.request(2, false);
  server.update(await certificates(after, reviews));
  await assert.rejects(mesh.request(3, false), /not signed by the mesh/);
});
