import type { WebSocketTarget } from '../../../web-socket-target.ts';
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import { openWebSocket } from '../websocket/handshake.ts';
import type { OpenSocket } from '../websocket/web-socket.ts';
import type { ApiServerSockets } from './api-server-socket.ts';
import { ChannelProtocol } from './channel-protocol.ts';
import { failureOfAnswer, failureOfHandshake } from './failure-words.ts';
import { PortForwardStream, type PortForwardTimes } from './port-forward-stream.ts';
import { SpdyProtocol } from './spdy-protocol.ts';

/** Of the API server from Kubernetes 1.31; one that does not know it passes us on to the kubelet, which takes the other. */
const tunnelled = 'SPDY/3.1+portforward.k8s.io';
const channels = 'v4.channel.k8s.io';

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
  let opened: OpenSocket;
  try {
    opened = await sockets.connect(server, inTime);
  } catch (error) {
    throw failure(error);
  }
  const { socket } = opened;
  if (inTime.aborted) {
    socket.destroy();
    throw failure(undefined);
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => void socket.destroy();
    const settle = (): void => inTime.removeEventListener('abort', onAbort);
    const onError = (error: unknown): void => {
      settle();
      socket.destroy();
      reject(failure(error));
    };
    inTime.addEventListener('abort', onAbort);
    openWebSocket(socket, new URL(server.url), server.headers, [tunnelled, channels], {
      onOpen: (spoken, head) => {
        if (spoken !== tunnelled && spoken !== channels) {
          onError(new Error('it speaks another protocol'));
          return;
        }
        settle();
        const protocol = spoken === tunnelled ? new SpdyProtocol(pod.port) : new ChannelProtocol();
        resolve(new PortForwardStream(opened, head, pod, protocol, times));
      },
      onAnswer: (status, body) => onError(inTime.aborted ? undefined : failureOfAnswer(pod, status, body)),
      onError,
    });
  });
}
