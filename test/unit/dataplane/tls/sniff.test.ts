import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { test } from 'node:test';
import * as tls from 'node:tls';
import fc from 'fast-check';
import { longestHello, sniff } from '../../../../src/engine/dataplane/tls/sniff.ts';

/** The first bytes that a real TLS client sends. */
async function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = tls.connect({
    host: '127.0.0.1',
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    ...options,
  });
  client.on('error', () => undefined);
  try {
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    const chunks: Buffer[] = [];
    socket.on('error', () => undefined);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3)) break;
    }
    return Buffer.concat(chunks);
  } finally {
    client.destroy();
    server.close();
  }
}

test('reads server name and ALPN of a real ClientHello', async () => {
  const hello = await helloOf({
    servername: 'outbound_.9080_.v1_.reviews.bookinfo.svc.cluster.local',
    ALPNProtocols: ['istio', 'h2'],
  });
  const whole = {
    type: 'tls',
    serverName: 'outbound_.9080_.v1_.reviews.bookinfo.svc.cluster.local',
    alpn: ['istio', 'h2'],
  };
  assert.deepEqual(sniff(hello), whole);
  for (let length = 0; length < hello.length; length++) {
    assert.deepEqual(sniff(hello.subarray(0, length)), { type: 'need-more' }, String(length));
  }
  // The same handshake in two records, as RFC 8446, section 5.1 allows.
  const body = hello.subarray(5);
  const record = (part: Buffer): Buffer => {
    const header = Buffer.from([0x16, 3, 1, 0, 0]);
    header.writeUInt16BE(part.length, 3);
    return Buffer.concat([header, part]);
  };
  const split = Buffer.concat([record(body.subarray(0, 100)), record(body.subarray(100))]);
  assert.deepEqual(sniff(split), whole);
  assert.deepEqual(sniff(split.subarray(0, 106)), { type: 'need-more' });
});

test('a ClientHello without names is TLS all the same', async () => {
  assert.deepEqual(sniff(await helloOf({ servername: '' })), { type: 'tls', alpn: [] });
  assert.deepEqual(sniff(await helloOf({ servername: '', maxVersion: 'TLSv1.2' })), { type: 'tls', alpn: [] });
});

test('plaintext is known by its first bytes', () => {
  for (const text of [
    'G',
    'GET / HTTP/1.1\r\n',
    'PRI * HTTP/2.0',
    '*1\r\n$4\r\nPING\r\n',
    '\0\0\0\x08\x04\xd2\x16\x2f',
    '\n',
  ]) {
    assert.deepEqual(sniff(Buffer.from(text, 'latin1')), { type: 'plaintext' }, JSON.stringify(text));
  }
  for (const bytes of [
    [0x16, 0x02],
    [0x16, 0x03, 0x05],
    [0x16, 0x03, 0x01, 0x00, 0x10, 0x02],
    [0x16, 0x03, 0x01, 0x00, 0x00],
    [0x16, 0x03, 0x01, 0x40, 0x01],
    [0x15, 0x03, 0x01, 0x00, 0x02],
    [0x80, 0x2e, 0x01, 0x03, 0x01],
  ]) {
    assert.deepEqual(sniff(Buffer.from(bytes)), { type: 'plaintext' }, String(bytes));
  }
});

test('neither throws nor waits for ever, whatever comes', () => {
  const header = fc.constantFrom([0x16, 3, 1], [0x16, 3, 3, 0, 200, 1, 0, 0, 196, 3, 3]);
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      const head = Buffer.concat([Buffer.from(start), rest]);
      sniff(head);
      const long = Buffer.concat([head, Buffer.alloc(longestHello)]);
      assert.notEqual(sniff(long).type, 'need-more');
    }),
    { numRuns: 500, seed: 1 },
  );
});
