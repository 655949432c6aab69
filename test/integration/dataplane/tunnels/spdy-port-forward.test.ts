/** Port-forward in SPDY over WebSocket: a server by hand, frame by frame. The real ones are in the tests of clusters. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { RawData, WebSocket } from 'ws';
import { PodConnector } from '../../../../src/engine/dataplane/tunnels/worker/pod-connector.ts';
import {
  portForwardTimes,
  type PortForwardStream,
} from '../../../../src/engine/dataplane/tunnels/worker/port-forward-stream.ts';
import { until } from '../../until.ts';
import { Cleanup } from '../mesh-kit.ts';
import { podTarget, serverOf, startFakeKubelet, type FakeKubelet } from './fake-kubelet.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const reply = (stream: number): Buffer => Buffer.of(0x80, 3, 0, 2, 0, 0, 0, 4, 0, 0, 0, stream);
const reset = (stream: number): Buffer => Buffer.of(0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, stream, 0, 0, 0, 5);
const frame = (stream: number, text = '', flags = 0): Buffer =>
  Buffer.concat([Buffer.of(0, 0, 0, stream, flags, 0, 0, text.length), Buffer.from(text)]);

interface Server {
  readonly kubelet: FakeKubelet;
  readonly stream: PortForwardStream;
  readonly webSocket: WebSocket;
  /** All that came, as text. */
  readonly heard: () => string;
}

async function open(): Promise<Server> {
  let webSocket: WebSocket | undefined;
  const heard: Buffer[] = [];
  const kubelet = await startFakeKubelet({
    subprotocol: 'SPDY/3.1+portforward.k8s.io',
    pods: {
      web: {
        serve: (accepted) => {
          webSocket = accepted;
          accepted.on('message', (data: RawData) => heard.push(data as Buffer));
        },
      },
    },
  });
  cleanup.add(() => kubelet.stop());
  const connector = new PodConnector({
    dial: (target) => Promise.resolve(serverOf(kubelet, target)),
    times: { ...portForwardTimes, halfOpenMs: 60_000 },
  });
  const stream = await connector.connect(podTarget('web'), new AbortController().signal);
  stream.on('error', () => undefined);
  cleanup.add(() => void stream.destroy());
  return {
    kubelet,
    stream,
    webSocket: await until('the connection', () => webSocket),
    heard: () => Buffer.concat(heard).toString('latin1'),
  };
}

async function readAll(stream: PortForwardStream): Promise<{ readonly text: string; readonly reason?: string }> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => stream.once('close', resolve));
  const { failure } = stream;
  return { text: Buffer.concat(chunks).toString(), ...(failure === undefined ? {} : { reason: failure.reason }) };
}

test('it is offered first, and channels to those that do not know it', async () => {
  const { kubelet } = await open();
  assert.equal(kubelet.upgrades[0]?.['sec-websocket-protocol'], 'SPDY/3.1+portforward.k8s.io, v4.channel.k8s.io');
});

test('bytes wait for the answer of the server, and end with the pod', async () => {
  const { heard, kubelet, stream, webSocket } = await open();
  stream.write('one');
  stream.write('two');
  await until('both streams', () => heard().includes('streamtype\0\0\0\x04data'));
  webSocket.send(reply(1));
  // Answered by the library in the order of what is sent: whatever was sent before is here when this is.
  const ponged = new Promise((resolve) => webSocket.once('pong', resolve));
  webSocket.ping();
  await ponged;
  assert.doesNotMatch(heard(), /one|two/);
  webSocket.send(reply(3));
  await until('the bytes', () => /one.*two/s.test(heard()));
  webSocket.send(frame(3, 'answer'));
  webSocket.send(frame(1, '', 1));
  webSocket.send(frame(3, '', 1));
  assert.deepEqual(await readAll(stream), { text: 'answer' });
  await until('the end of its connection', () => kubelet.sockets === 0);
});

test('what was wrong is told, also behind the end of the data; a break without words is no normal end', async () => {
  const refused = await open();
  for (const message of [
    reply(3),
    frame(3, '', 1),
    frame(1, 'dial tcp4: connect: connection refused'),
    reset(3),
    reset(1),
  ])
    refused.webSocket.send(message);
  assert.deepEqual(await readAll(refused.stream), { text: '', reason: 'refused' });
  const broken = await open();
  for (const message of [reply(3), frame(3, 'half an ans'), reset(3), reset(1)]) broken.webSocket.send(message);
  assert.deepEqual(await readAll(broken.stream), { text: 'half an ans', reason: 'lost' });
  const speechless = await open();
  for (const message of [reply(3), frame(3, 'all', 1)]) speechless.webSocket.send(message);
  assert.deepEqual(await readAll(speechless.stream), { text: 'all' }, 'a server that does not end the other stream');
});

test('our end is not told while answers may come: kubelets would give the pod one more second', async () => {
  const { heard, stream, webSocket } = await open();
  webSocket.send(reply(3));
  stream.end('question');
  await until('the question', () => heard().endsWith('question'));
  const ponged = new Promise((resolve) => webSocket.once('pong', resolve));
  webSocket.ping();
  await ponged;
  assert.ok(heard().endsWith('question'));
  for (const message of [frame(3, 'late reply'), frame(1, '', 1), frame(3, '', 1)]) webSocket.send(message);
  assert.deepEqual(await readAll(stream), { text: 'late reply' });
});

test('one who hangs up has everything read before: the end of the stream is said, and that of the server awaited', async () => {
  const { heard, kubelet, stream, webSocket } = await open();
  webSocket.send(reply(3));
  stream.end('last words');
  await until('the words', () => heard().endsWith('last words'));
  stream.hangUp();
  stream.resume();
  await until('the end', () => heard().endsWith('\0\0\0\x03\x01\0\0\0'));
  assert.equal(kubelet.open, 1);
  webSocket.send(frame(3, 'dropped'));
  webSocket.send(frame(1, '', 1));
  webSocket.send(frame(3, '', 1));
  await until('the end of its connection', () => kubelet.sockets === 0);
});

test('what is no SPDY fails', async () => {
  const { kubelet, stream, webSocket } = await open();
  webSocket.send(Buffer.of(0x80, 3, 0, 2, 0, 0xff, 0xff, 0xff));
  assert.deepEqual(await readAll(stream), { text: '', reason: 'protocol' });
  await until('the end of its connection', () => kubelet.sockets === 0);
});
