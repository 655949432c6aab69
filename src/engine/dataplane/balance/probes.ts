/** The probes of active checks on real sockets, with the meaning of Kubernetes' `httpGet` and `tcpSocket` probes. */
import * as http from 'node:http';
import * as net from 'node:net';
import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { ActiveHealthCheck } from '../data-plane.ts';
import { isSocketPath } from '../endpoint-address.ts';
import { openTunnel } from '../worker/open-tunnel.ts';
import type { ProbeResult } from './active-checks.ts';

/** Opens the connection of a probe; given for endpoints that take mutual TLS only. */
export type OpenProbeConnection = (endpoint: UpstreamEndpoint, signal: AbortSignal) => Promise<net.Socket>;

/**
 * Asks one endpoint once on a connection of its own. Never rejects; an aborted `signal` ends it with a failure. HTTP: GET,
 * passed with a status from 200 to 399, redirects not followed, the body not read. TCP: passed when connected.
 */
export async function probeEndpoint(
  check: ActiveHealthCheck,
  endpoint: UpstreamEndpoint,
  signal: AbortSignal,
  open: OpenProbeConnection = openPlain,
): Promise<ProbeResult> {
  let socket: net.Socket | undefined;
  try {
    socket = await open(endpoint, signal);
    signal.throwIfAborted();
    return check.type === 'tcp' ? { passed: true, detail: 'connected' } : await get(check, endpoint, socket, signal);
  } catch (error) {
    return { passed: false, detail: signal.aborted ? 'the check was given up' : describe(error) };
  } finally {
    // Errors of a socket nobody looks at any more would be uncaught.
    socket?.on('error', () => undefined);
    socket?.destroy();
  }
}

function openPlain(endpoint: UpstreamEndpoint, signal: AbortSignal): Promise<net.Socket> {
  return isSocketPath(endpoint.address) ? openThroughTunnel(endpoint.address, signal) : openTcp(endpoint, signal);
}

function openThroughTunnel(path: string, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      abort();
      reject(new Error('the check was given up'));
    };
    const abort = openTunnel(path, (result) => {
      signal.removeEventListener('abort', onAbort);
      if (result instanceof Error) reject(result);
      else resolve(result);
    });
    signal.addEventListener('abort', onAbort);
  });
}

function openTcp(endpoint: UpstreamEndpoint, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: endpoint.address, port: endpoint.port, noDelay: true, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function get(
  check: ActiveHealthCheck,
  endpoint: UpstreamEndpoint,
  socket: net.Socket,
  signal: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    // Behind a tunnel the pod is on its own loopback.
    const address = isSocketPath(endpoint.address) ? 'localhost' : endpoint.address;
    const host = net.isIPv6(address) ? `[${address}]` : address;
    const request = http.request({
      createConnection: () => socket,
      host: address,
      port: endpoint.port,
      path: check.path ?? '/',
      headers: { host: `${host}:${endpoint.port}`, 'user-agent': 'meshlens-health-check', connection: 'close' },
      signal,
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => undefined);
      response.destroy();
      resolve({ passed: status >= 200 && status <= 399, detail: `answered ${status}` });
    });
    request.on('error', reject);
    request.end();
  });
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'address unreachable';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
