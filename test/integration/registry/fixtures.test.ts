/** The workloads that tests of other rooms rely on do what their README says. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { clientWorkload, echoWorkload, SupervisedMesh } from './supervised-mesh.ts';

const mesh = new SupervisedMesh();
let url = '';
let tcpPort = 0;

async function talk(text: string): Promise<string> {
  const socket = net.connect(tcpPort, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

describe('workloads for tests', () => {
  before(async () => {
    const health = { type: 'tcp', port: 'http', intervalMs: 1000, timeoutMs: 1000 } as const;
    await mesh.run([
      echoWorkload('echo'),
      echoWorkload('tcp', { command: 'node tcp-echo.mjs', env: { GREETING: 'hello' }, health }),
      clientWorkload('crasher', { command: 'node echo.mjs', env: { CRASH_AFTER: '50' }, restart: 'never' }),
    ]);
    url = `http://127.0.0.1:${(await mesh.inState('echo-0', 'ready')).ports.http ?? 0}`;
    tcpPort = (await mesh.inState('tcp-0', 'ready')).ports.http ?? 0;
  });
  after(() => mesh.close());

  test('echo says what it received', async () => {
    const response = await fetch(`${url}/a?b=c`, { method: 'POST', body: 'text', headers: { 'x-a': '1' } });
    const received = (await response.json()) as Readonly<Record<string, unknown>>;
    assert.equal(received.method, 'POST');
    assert.equal(received.url, '/a?b=c');
    assert.equal(received.body, 'text');
    assert.equal(received.instance, 'echo-0');
    assert.equal((received.headers as Readonly<Record<string, string>>)['x-a'], '1');
  });

  test('echo answers as it is asked to', async () => {
    assert.equal((await fetch(`${url}/?status=418`)).status, 418);
    assert.equal((await fetch(url, { headers: { 'x-status': '503' } })).status, 503);
    assert.equal((await (await fetch(`${url}/?size=3000`)).text()).length, 3000);
    assert.equal(await (await fetch(`${url}/?chunks=2&delay=1`)).text(), 'line 0\nline 1\n');
    const start = performance.now();
    await fetch(`${url}/?delay=100`);
    assert.ok(performance.now() - start >= 95);
    await assert.rejects(fetch(`${url}/?reset=1`));
    await fetch(`${url}/health/set?status=500`);
    assert.equal((await fetch(`${url}/health`)).status, 500);
  });

  test('echo sends WebSocket messages back', async () => {
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': key };
    const request = http.request(url, { headers });
    request.end();
    const [response, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, net.Socket];
    // The example of RFC 6455, section 1.3.
    assert.equal(response.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    // The example of section 5.7: "Hello" masked, and unmasked.
    socket.write(Buffer.from([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]));
    const [message] = (await once(socket, 'data')) as [Buffer];
    assert.deepEqual([...message], [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    socket.destroy();
  });

  test('raw TCP comes back after a greeting', async () => {
    assert.equal(await talk('abc'), 'hello\nabc');
    assert.equal(await talk('delay 50\nabc'), 'hello\nabc');
    assert.equal(await talk('close\nabc'), 'hello\n');
    assert.equal(await talk(''), 'hello\n');
  });

  test('a crash on demand', async () => {
    assert.equal((await mesh.inState('crasher-0', 'down')).reason, 'exited with code 1: Error: asked to crash');
  });
});
