import { request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProxyAddress } from '../kubeconfig/proxy-url.ts';
import { basic } from '../auth/header-value.ts';
import { codeOf } from './failure-words.ts';
import { KubeFailure } from './kube-transport.ts';

/** A connection to `host:port` through a proxy, without TLS to the host yet. Rejects with `KubeFailure`. */
export async function connectThroughProxy(
  proxy: ProxyAddress,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    return await (proxy.kind === 'socks5'
      ? throughSocks(proxy, host, port, signal)
      : throughConnect(proxy, host, port, signal));
  } catch (error) {
    if (error instanceof KubeFailure) throw error;
    throw failed(proxy, codeOf(error) || 'it gave no way to the server');
  }
}

/** A connection to the proxy itself. */
export function connectToProxy(proxy: ProxyAddress): Socket {
  const { host, port } = proxy;
  return proxy.kind === 'https'
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ALPNProtocols: ['http/1.1'] })
    : connectTcp({ host, port });
}

export function proxyAuthorization(proxy: ProxyAddress): Readonly<Record<string, string>> {
  return proxy.username === undefined ? {} : { 'Proxy-Authorization': basic(proxy.username, proxy.password ?? '') };
}

/** CONNECT of RFC 9110 §9.3.6. */
function throughConnect(proxy: ProxyAddress, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const call = request({
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...proxyAuthorization(proxy) },
      createConnection: () => connectToProxy(proxy),
      signal,
    });
    call.on('error', reject);
    call.on('connect', ({ statusCode }, socket, head) => {
      if (statusCode === 200 && head.length === 0) resolve(socket);
      else {
        socket.destroy();
        reject(
          failed(proxy, statusCode === 407 ? 'it wants a user and a password' : `it answered with ${statusCode ?? 0}`),
        );
      }
    });
    // Anything but a tunnel is a refusal, whatever its body says.
    call.on('response', (answer) => {
      answer.destroy();
      reject(failed(proxy, `it answered with ${answer.statusCode ?? 0}`));
    });
    call.end();
  });
}

async function throughSocks(proxy: ProxyAddress, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const client = new SocksClient({
    proxy: {
      host: proxy.host,
      port: proxy.port,
      type: 5,
      ...(proxy.username !== undefined && { userId: proxy.username, password: proxy.password ?? '' }),
    },
    command: 'connect',
    destination: { host, port },
  });
  return new Promise((resolve, reject) => {
    let isOver = false;
    signal.addEventListener(
      'abort',
      () => {
        isOver = true;
        reject(signal.reason as Error);
      },
      { once: true },
    );
    client.on('error', () => reject(failed(proxy, 'it gave no way to the server')));
    client.on('established', ({ socket }) => {
      if (isOver) socket.destroy();
      else resolve(socket);
    });
    client.connect();
  });
}

function failed(proxy: ProxyAddress, why: string): KubeFailure {
  return new KubeFailure(
    'unreachable',
    `The proxy ${proxy.shown} does not lead to the cluster: ${why}. Correct “proxy-url:” of the kubeconfig or the HTTPS_PROXY of the environment.`,
  );
}
