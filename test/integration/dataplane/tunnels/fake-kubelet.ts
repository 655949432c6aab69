/**
 * An API server with a kubelet behind it, as far as port-forward over WebSocket goes, written after
 * `k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go`: one data and one error channel, each beginning with the
 * port; the pod is dialled after that; the WebSocket is closed when either side of the pod's connection is done.
 */
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import type { WebSocketTarget } from '../../../../src/engine/web-socket-target.ts';
import type { PodTarget } from '../../../../src/engine/dataplane/tunnels/tunnels.ts';

/** What a pod does with a port-forward. */
export type Behaviour =
  /** Connects to that port of 127.0.0.1, as the kubelet does in the pod. */
  | { readonly local: number }
  /** Answers the upgrade like this. */
  | { readonly status: number; readonly body: string }
  /** After the upgrade, whatever. */
  | { readonly serve: (webSocket: WebSocket, port: number) => void };

export interface FakeKubelet {
  readonly url: string;
  readonly port: number;
  /** Port-forwards that are open. */
  readonly open: number;
  /** Headers of the upgrades, in the order they came. */
  readonly upgrades: readonly http.IncomingHttpHeaders[];
  /** Ends of TCP connections. */
  readonly sockets: number;
  /** Of `wss` only, after each handshake. */
  onSecure(listener: (socket: TLSSocket) => void): void;
  /** As when the API server is killed. */
  stop(): Promise<void>;
}

export interface FakeKubeletOptions {
  readonly pods?: Readonly<Record<string, Behaviour>>;
  readonly tls?: https.ServerOptions;
  readonly port?: number;
  /** Token that is accepted; default: any. */
  readonly token?: () => string;
  readonly answersPings?: boolean;
  readonly subprotocol?: string;
}

export async function startFakeKubelet(options: FakeKubeletOptions = {}): Promise<FakeKubelet> {
  const pods = new Map(Object.entries(options.pods ?? {}));
  const upgrades: http.IncomingHttpHeaders[] = [];
  const server = options.tls === undefined ? http.createServer() : https.createServer(options.tls);
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    autoPong: options.answersPings ?? true,
    handleProtocols: () => options.subprotocol ?? 'v4.channel.k8s.io',
  });
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    socket.on('error', () => undefined);
    upgrades.push({ ...request.headers });
    // Kubernetes' own name of the other protocol that is offered has a slash in it, which the library would not take.
    request.headers['sec-websocket-protocol'] = 'v4.channel.k8s.io';
    const url = new URL(request.url ?? '/', 'http://kubelet');
    const pod = /\/pods\/([^/]+)\/portforward$/.exec(url.pathname)?.[1] ?? '';
    const known = options.token === undefined || request.headers.authorization === `Bearer ${options.token()}`;
    const behaviour: Behaviour = known
      ? (pods.get(pod) ?? { status: 404, body: status(`pods "${pod}" not found`) })
      : { status: 401, body: status('Unauthorized') };
    if ('status' in behaviour) {
      const { body } = behaviour;
      socket.end(
        `HTTP/1.1 ${behaviour.status} Said So\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      const port = Number(url.searchParams.get('ports'));
      if ('serve' in behaviour) behaviour.serve(webSocket, port);
      else forward(webSocket, port, behaviour.local);
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`,
    port,
    upgrades,
    get open() {
      return webSockets.clients.size;
    },
    get sockets() {
      return sockets.size;
    },
    onSecure: (listener) => void server.on('secureConnection', listener),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The two bytes a channel begins with. */
export function portBytes(port: number): readonly [number, number] {
  return [port & 0xff, port >> 8];
}

export function status(message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message });
}

function forward(webSocket: WebSocket, port: number, local: number): void {
  webSocket.send(Buffer.of(0, ...portBytes(port)));
  webSocket.send(Buffer.of(1, ...portBytes(port)));
  const pod = net.connect({ host: '127.0.0.1', port: local, allowHalfOpen: true });
  pod.on('error', (error: NodeJS.ErrnoException) => {
    // In the words of Go, which kubelets and container runtimes are written in.
    const words =
      error.code === 'ECONNREFUSED' ? `dial tcp4 127.0.0.1:${port}: connect: connection refused` : error.message;
    webSocket.send(Buffer.concat([Buffer.of(1), Buffer.from(`error forwarding port ${port} to pod abc: ${words}`)]));
    webSocket.resume();
    webSocket.close(1000);
  });
  webSocket.on('message', (data) => {
    if (!Buffer.isBuffer(data) || data[0] !== 0) return;
    if (!pod.destroyed && !pod.write(data.subarray(1))) webSocket.pause();
  });
  pod.on('drain', () => webSocket.resume());
  pod.on('data', (chunk: Buffer) => {
    pod.pause();
    webSocket.send(Buffer.concat([Buffer.of(0), chunk]), () => pod.resume());
  });
  pod.on('end', () => webSocket.close(1000));
  webSocket.on('close', () => pod.destroySoon());
}

export function podTarget(pod: string, port = 8080): PodTarget {
  return { context: 'test', namespace: 'shop', pod, port };
}

export function serverOf(
  kubelet: { readonly url: string },
  target: PodTarget,
  over: Partial<WebSocketTarget> = {},
): WebSocketTarget {
  return {
    url: `${kubelet.url}/api/v1/namespaces/${target.namespace}/pods/${target.pod}/portforward?ports=${target.port}`,
    headers: {},
    tls: { rejectUnauthorized: true },
    ...over,
  };
}
