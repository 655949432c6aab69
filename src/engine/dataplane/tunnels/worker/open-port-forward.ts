import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { WebSocketTarget } from '../../../web-socket-target.ts';
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import type { ApiServerSockets } from './api-server-socket.ts';
import { failureOfAnswer, failureOfHandshake } from './failure-words.ts';
import { PortForwardStream, type PortForwardTimes } from './port-forward-stream.ts';

const subprotocol = 'v4.channel.k8s.io';
const longestAnswer = 64 * 1024;
/** The kubelet sends what it read at once, 32 KiB at most. */
const longestMessage = 4 * 1024 * 1024;

export interface OpenOptions {
  readonly sockets: ApiServerSockets;
  readonly times: PortForwardTimes;
  /** From the first packet until the WebSocket is open. */
  readonly handshakeMs: number;
  readonly signal: AbortSignal;
}

/** Opens one port-forward. Rejects with a `TunnelFailure` and leaves nothing behind. */
export async function openPortForward(
  pod: PodTarget,
  server: WebSocketTarget,
  { sockets, times, handshakeMs, signal }: OpenOptions,
): Promise<PortForwardStream> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(handshakeMs)]);
  const failure = (error: unknown): TunnelFailure => {
    if (signal.aborted) return new TunnelFailure('aborted', 'The connection was given up.');
    if (inTime.aborted) {
      return new TunnelFailure(
        'timeout',
        `The API server of ${pod.context} did not open pod ${pod.pod} within ${handshakeMs / 1000} s. ` +
          'Its node may be down, or something on the way drops packets.',
      );
    }
    return failureOfHandshake(pod, error);
  };
  let socket: Socket;
  try {
    socket = await sockets.connect(server, inTime);
  } catch (error) {
    throw failure(error);
  }
  if (inTime.aborted) {
    socket.destroy();
    throw failure(undefined);
  }
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(server.url, subprotocol, {
      // The library's types know single values; Node writes a list of values as so many headers.
      headers: { ...server.headers } as Record<string, string>,
      createConnection: () => socket,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: longestMessage,
      skipUTF8Validation: true,
      // Masks keep plaintext from fooling proxies that do not know WebSockets (RFC 6455, 10.3). Inside TLS nobody sees it,
      // and masking in JavaScript takes a third of the processor time of an upload.
      ...(server.url.startsWith('wss:') ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
    const settle = (): void => {
      inTime.removeEventListener('abort', onAbort);
      webSocket.off('error', onError);
    };
    const onError = (error: unknown): void => {
      settle();
      webSocket.on('error', () => undefined);
      socket.destroy();
      reject(failure(error));
    };
    const onAbort = (): void => webSocket.terminate();
    inTime.addEventListener('abort', onAbort);
    webSocket.on('error', onError);
    webSocket.once('unexpected-response', (_, response) => {
      readAnswer(response, (body) => {
        onError(inTime.aborted ? undefined : failureOfAnswer(pod, response.statusCode ?? 0, body));
        webSocket.terminate();
      });
    });
    webSocket.once('open', () => {
      settle();
      // Messages may have come with the answer: who reads them must be there now.
      resolve(new PortForwardStream(webSocket, pod, times));
    });
  });
}

/** Calls `done` once, with what came until the end, the limit, or the connection's close. */
function readAnswer(response: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestAnswer) response.destroy();
  });
  response.on('error', () => undefined);
  response.once('close', () => done(Buffer.concat(chunks).toString('utf8')));
}
