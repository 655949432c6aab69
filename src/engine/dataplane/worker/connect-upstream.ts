/** Opens connections to endpoints: plain, mutually authenticated between sidecars, or plain TLS. */
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { UpstreamEndpoint, UpstreamTls } from '../../policy/semantics/routing/compiled.ts';
import type { LinkTls } from '../tls/link-security.ts';
import { SocketReader } from '../http/socket-reader.ts';
import { isSocketPath } from '../endpoint-address.ts';
import { openTunnel } from './open-tunnel.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

interface OpenedConnection {
  readonly socket: net.Socket;
  /** Mutually authenticated. */
  readonly secure: boolean;
  readonly principal: string | undefined;
  /** Its bytes are to be had of this reader. Where there is none, the socket emits them. */
  readonly reader?: SocketReader;
}

export type Transport = 'plain' | 'mutual' | 'simple';

/**
 * What a connection to an endpoint is made of, by the upstream's policy and what the endpoint takes. A tunnel ends at the
 * pod's loopback, behind its sidecar: nobody there takes the mesh's TLS, but an application may take its own.
 */
export function transportOf(policy: UpstreamTls, endpoint: UpstreamEndpoint, link: LinkTls): Transport {
  if (isSocketPath(endpoint.address)) return policy.mode === 'simple' ? 'simple' : 'plain';
  switch (policy.mode) {
    case 'none':
      return 'plain';
    case 'auto':
      return link.usable && (endpoint.inboundTls === 'permissive' || endpoint.inboundTls === 'strict')
        ? 'mutual'
        : 'plain';
    case 'istio-mutual':
      return 'mutual';
    case 'simple':
      return 'simple';
  }
}

export interface ConnectRequest {
  readonly endpoint: UpstreamEndpoint;
  readonly policy: UpstreamTls;
  readonly link: LinkTls;
  readonly timeoutMs: number;
  /** Whether the caller takes bytes of a reader. */
  readonly takesReader: boolean;
}

type Done = (result: OpenedConnection | UpstreamFailure) => void;

/** Connects; `done` is called once, unless the returned function was called before. */
export function connectUpstream(request: ConnectRequest, done: Done): () => void {
  let finished = false;
  const finish: Done = (result) => {
    if (finished) {
      if ('socket' in result) result.socket.destroy();
      return;
    }
    finished = true;
    done(result);
  };
  const connect = isSocketPath(request.endpoint.address)
    ? connectThroughTunnel
    : transportOf(request.policy, request.endpoint, request.link) === 'mutual'
      ? connectMutual
      : connectPlain;
  const abort = connect(request, finish);
  return () => {
    finished = true;
    abort();
  };
}

function connectMutual({ endpoint, policy, link, timeoutMs }: ConnectRequest, finish: Done): () => void {
  const named = policy.mode === 'istio-mutual' ? policy.subjectAltNames : [];
  const expectedPrincipals = named.length > 0 ? named : endpoint.principal === '' ? [] : [endpoint.principal];
  const serverName = policy.mode === 'istio-mutual' ? policy.sni : undefined;
  link
    .connectTls({
      host: endpoint.address,
      port: endpoint.port,
      expectedPrincipals,
      timeoutMs,
      allowHalfOpen: true,
      ...(serverName === undefined ? {} : { serverName }),
    })
    .then(
      (socket) => {
        socket.setNoDelay(true);
        finish({ socket, secure: true, principal: link.principalOf(socket) });
      },
      (error: unknown) => finish(failureOf(error)),
    );
  // The handshake has its own time limit; a socket that comes too late is closed by `finish`.
  return () => undefined;
}

function connectPlain({ endpoint, policy, timeoutMs, takesReader }: ConnectRequest, finish: Done): () => void {
  const address = { host: endpoint.address, port: endpoint.port, allowHalfOpen: true };
  if (policy.mode === 'simple') {
    const options = tlsOptions(policy, net.isIP(endpoint.address) === 0 ? endpoint.address : '');
    return finishConnected(tls.connect({ ...address, ...options }), timeoutMs, finish);
  }
  if (!takesReader) return finishConnected(net.connect({ ...address, noDelay: true }), timeoutMs, finish);
  const reader = new SocketReader();
  const socket = net.connect({ ...address, noDelay: true, onread: reader.onread });
  reader.attach(socket);
  return finishConnected(socket, timeoutMs, (result) => finish('socket' in result ? { ...result, reader } : result));
}

function connectThroughTunnel({ endpoint, policy, timeoutMs }: ConnectRequest, finish: Done): () => void {
  const startedAt = performance.now();
  const timer = setTimeout(() => {
    abort();
    finish({ kind: 'connection-timeout', detail: '' });
  }, timeoutMs);
  let abort = openTunnel(endpoint.address, (result) => {
    clearTimeout(timer);
    if (result instanceof Error) finish(failureOf(result));
    else if (policy.mode === 'simple') {
      const left = Math.max(1, timeoutMs - (performance.now() - startedAt));
      abort = finishConnected(tls.connect({ socket: result, ...tlsOptions(policy, '') }), left, finish);
    } else finish({ socket: result, secure: false, principal: undefined });
  });
  return () => {
    clearTimeout(timer);
    abort();
  };
}

function tlsOptions(policy: Extract<UpstreamTls, { mode: 'simple' }>, name: string): tls.ConnectionOptions {
  return {
    servername: policy.sni ?? name,
    rejectUnauthorized: !policy.insecureSkipVerify,
    ALPNProtocols: ['http/1.1'],
    checkServerIdentity: (host, certificate) => checkSubject(host, certificate, policy.subjectAltNames),
  };
}

function finishConnected(socket: net.Socket, timeoutMs: number, finish: Done): () => void {
  const timer = setTimeout(() => {
    socket.destroy();
    finish({ kind: 'connection-timeout', detail: '' });
  }, timeoutMs);
  const onError = (error: Error): void => {
    clearTimeout(timer);
    finish(failureOf(error));
  };
  socket.once('error', onError);
  socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer);
    socket.removeListener('error', onError);
    socket.setNoDelay(true);
    finish({ socket, secure: false, principal: undefined });
  });
  return () => {
    clearTimeout(timer);
    socket.removeListener('error', onError);
    socket.on('error', () => undefined);
    socket.destroy();
  };
}

/** Names the policy gives replace the name that was dialled. */
function checkSubject(host: string, certificate: tls.PeerCertificate, names: readonly string[]): Error | undefined {
  if (names.length === 0) return tls.checkServerIdentity(host, certificate);
  const presented = certificate.subjectaltname?.split(', ') ?? [];
  const fits = names.some((name) => presented.includes(`URI:${name}`) || presented.includes(`DNS:${name}`));
  return fits ? undefined : new Error('certificate has none of the expected subject alternative names');
}

function failureOf(error: unknown): UpstreamFailure {
  const { code, message } = error as NodeJS.ErrnoException;
  // Of the system, or of a handshake.
  if (code === 'ETIMEDOUT' || code === 'timed-out') return { kind: 'connection-timeout', detail: '' };
  return { kind: 'connection-failure', detail: code ?? message };
}
