/** Who may talk to whom in a running mesh, in every mode of its links and of PeerAuthentication. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { until } from '../until.ts';
import { fixture, MeshUnderTest } from './mesh-under-test.ts';

const meshFile = (mode: string): string => `apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata: { name: shop, namespace: shop }
spec:
  security: { mode: ${mode} }
  services:
    - name: web
      ports: [{ name: http, port: 8080 }]
      workloads:
        - name: web-v1
          run: ${fixture('echo.mjs')}
    - name: orders
      ports: [{ name: http, port: 8080 }]
      workloads:
        - name: orders-v1
          serviceAccount: order-keeper
          run: ${fixture('echo.mjs')}
    - name: vault
      ports: [{ name: tcp, port: 7000, protocol: tcp }]
      workloads:
        - name: vault-v1
          run: ${fixture('tcp-echo.mjs')}
`;

const peerAuthentication = (mode: string): string => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: ${mode} } }
`;

const callOrders = { from: 'web-v1', host: 'orders', port: 8080 } as const;

/** Status of a request without TLS; what became of the connection where there is none. */
function plaintext(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 20_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error('silence')));
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

async function inboundOf(mesh: MeshUnderTest, workload: string): Promise<number> {
  const address = (await mesh.workload(workload))?.instances[0]?.inbound ?? '';
  return Number(address.split(':')[1]);
}

async function xfccOf(mesh: MeshUnderTest): Promise<string | undefined> {
  const { status, body } = await mesh.send(callOrders);
  assert.equal(status, 200, body);
  return (JSON.parse(body) as { headers: Record<string, string> }).headers['x-forwarded-client-cert'];
}

/** What the topology says of the share of mutually authenticated requests from web to orders. */
function mutualTlsToOrders(mesh: MeshUnderTest): Promise<number> {
  return until('the edge from web to orders', async () => {
    await mesh.send(callOrders);
    const { nodes, edges } = await mesh.engine.request('mesh/topology', { window: 10 });
    const idOf = (workload: string): string | undefined => nodes.find((node) => node.workload === workload)?.id;
    const edge = edges.find(({ source, target }) => source === idOf('web-v1') && target === idOf('orders-v1'));
    return edge && edge.traffic.requests > 0 ? `${edge.mutualTls}` : undefined;
  }).then(Number);
}

/** Sends a line over TCP as `web` does, by the variables of its environment, and gives what comes back. */
async function throughVault(mesh: MeshUnderTest, line: string): Promise<string> {
  const { VAULT_SERVICE_HOST: host = '', VAULT_SERVICE_PORT: port = '' } = await mesh.environment('web-v1');
  const socket = net.connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    socket.end(line);
    let answer = '';
    for await (const data of socket) answer += String(data);
    return answer;
  } finally {
    socket.destroy();
  }
}

const modes = [
  { mode: 'certificates', secured: true },
  { mode: 'shared-key', secured: true },
  { mode: 'none', secured: false },
] as const;

for (const { mode, secured } of modes) {
  describe(`links of mode ${mode}`, { timeout: 90_000 }, () => {
    let mesh: MeshUnderTest;
    before(async () => {
      mesh = await MeshUnderTest.start({ 'meshlens.yaml': meshFile(mode) });
    });
    after(() => mesh?.dispose());

    test(`carry requests, and the topology says ${secured ? 'authenticated' : 'not authenticated'}`, async () => {
      assert.equal(await mutualTlsToOrders(mesh), secured ? 1 : 0);
    });

    test('the application sees who called, as far as the link proves it', async () => {
      const seen = await xfccOf(mesh);
      if (secured) {
        assert.match(seen ?? '', /^By=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/order-keeper;/);
        assert.match(seen ?? '', /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/web$/);
      } else assert.equal(seen, undefined);
    });

    test('carry raw TCP both ways, by the variables of the environment', async () => {
      assert.equal(await throughVault(mesh, 'hello vault\n'), 'hello vault\n');
    });

    test('carry a WebSocket', async () => {
      const { HTTP_PROXY: proxy = '' } = await mesh.environment('web-v1');
      const request = http.request({
        host: '127.0.0.1',
        port: Number(new URL(proxy).port),
        path: 'http://orders:8080/chat',
        agent: false,
        headers: {
          host: 'orders:8080',
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          // The example of RFC 6455, section 1.3, with the answer that it gives.
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      request.once('response', ({ statusCode }) => request.destroy(new Error(`answered ${statusCode ?? 0}`)));
      request.end();
      const [response, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, net.Socket, Buffer];
      try {
        assert.equal(response.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
        // The masked "Hello" of RFC 6455, section 5.7, and the unmasked one that a server sends back.
        socket.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
        let seen = Buffer.alloc(0);
        for await (const data of socket) {
          seen = Buffer.concat([seen, data as Buffer]);
          if (seen.length >= 7) break;
        }
        assert.equal(seen.toString('hex'), '810548656c6c6f');
      } finally {
        socket.destroy();
      }
    });
  });
}

describe('PeerAuthentication in a running mesh', { timeout: 90_000 }, () => {
  let mesh: MeshUnderTest;
  let orders = 0;
  let vault = 0;
  before(async () => {
    mesh = await MeshUnderTest.start({
      'meshlens.yaml': meshFile('certificates'),
      'peers.yaml': peerAuthentication('STRICT'),
    });
    orders = await inboundOf(mesh, 'orders-v1');
    vault = await inboundOf(mesh, 'vault-v1');
  });
  after(() => mesh?.dispose());

  /** Bytes that come back from the inbound listener of a TCP service for one line in plaintext; none where it is refused. */
  const plaintextTcp = async (): Promise<string> => {
    const socket = net.connect({ host: '127.0.0.1', port: vault });
    // A refusal is a reset or an end, as the system has it.
    socket.on('error', () => undefined);
    socket.end('plain\n');
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    if (!socket.destroyed) await once(socket, 'close');
    return answer;
  };

  test('STRICT: members of the mesh are served, plaintext is refused', async () => {
    assert.equal(await mutualTlsToOrders(mesh), 1);
    assert.equal(await throughVault(mesh, 'sealed\n'), 'sealed\n');
    assert.ok(['ECONNRESET', 'socket hang up'].includes(String(await plaintext(orders))));
    assert.equal(await plaintextTcp(), '');
  });

  test('PERMISSIVE: both are served', async () => {
    await mesh.save('peers.yaml', peerAuthentication('PERMISSIVE'));
    await until('plaintext is taken', async () => (await plaintext(orders)) === 200);
    assert.equal(await plaintextTcp(), 'plain\n');
    assert.match((await xfccOf(mesh)) ?? '', /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/web$/);
    assert.equal(await throughVault(mesh, 'sealed\n'), 'sealed\n');
  });

  test('DISABLE: members of the mesh talk in plaintext, too', async () => {
    await mesh.save('peers.yaml', peerAuthentication('DISABLE'));
    await until('nobody proves who he is', async () => (await xfccOf(mesh)) === undefined);
    assert.equal(await plaintext(orders), 200);
    assert.equal(await plaintextTcp(), 'plain\n');
    assert.equal(await throughVault(mesh, 'open\n'), 'open\n');
  });

  test('STRICT again: plaintext is refused again, at the latest with the next connection', async () => {
    await mesh.save('peers.yaml', peerAuthentication('STRICT'));
    await until('it is refused', async () => (await plaintext(orders)) !== 200);
    assert.equal(await plaintextTcp(), '');
    assert.match((await xfccOf(mesh)) ?? '', /URI=spiffe:/);
  });
});
