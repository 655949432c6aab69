import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { WebSocketTarget } from '../../../web-socket-target.ts';
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import type { ApiServerSockets } from './api-server-socket.ts';
import { ChannelProtocol } from './channel-protocol.ts';
import { failureOfAnswer, failureOfHandshake } from './failure-words.ts';
import { PortForwardStream, type PortForwardTimes } from './port-forward-stream.ts';
import { SpdyProtocol } from './spdy-protocol.ts';

/** Of the API server from Kubernetes 1.31; one that does not know it passes us on to the kubelet, which takes the other. */
const tunnelled = 'SPDY/3.1+portforward.k8s.io';
const channels = 'v4.channel.k8s.io';
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
    const webSocket = new WebSocket(server.url, {
      // The library's types know single values; Node writes a list of values as so many headers. It would not take the name
      // of the first protocol, whose slash the standard forbids.
      headers: { ...server.headers, 'Sec-WebSocket-Protocol': `${tunnelled}, ${channels}` } as Record<string, string>,
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
    let spoken: string | undefined;
    webSocket.once('upgrade', ({ headers }) => {
      spoken = headers['sec-websocket-protocol'];
      // The library knows of none that was asked for.
      delete headers['sec-websocket-protocol'];
    });
    webSocket.once('open', () => {
      if (spoken !== tunnelled && spoken !== channels) {
        onError(new Error('it speaks another protocol'));
        webSocket.terminate();
        return;
      }
      settle();
      const protocol = spoken === tunnelled ? new SpdyProtocol(pod.port) : new ChannelProtocol();
      // Messages may have come with the answer: who reads them must be there now.
      resolve(new PortForwardStream(webSocket, pod, protocol, times));
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
