import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import type { TestContext } from 'node:test';
import type * as tls from 'node:tls';
import type { LinkSecurity } from '../../../../src/engine/dataplane/data-plane.ts';
import type { CertificateAuthority } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { LinkTls, type LinkTlsOptions } from '../../../../src/engine/dataplane/tls/link-security.ts';
import { LinkTlsError } from '../../../../src/engine/dataplane/tls/link-error.ts';

export const reviews = 'spiffe://cluster.local/ns/bookinfo/sa/reviews';
export const productpage = 'spiffe://cluster.local/ns/bookinfo/sa/productpage';

export type CertificateSecurity = Extract<LinkSecurity, { type: 'certificates' }>;

export async function certificates(
  authority: CertificateAuthority,
  principal: string,
  trustBundlePem = authority.trustBundlePem,
): Promise<CertificateSecurity> {
  const { certificatePem, privateKeyPem } = await authority.issue(principal);
  return { type: 'certificates', certificatePem, privateKeyPem, trustBundlePem };
}

export function sharedKey(identity: string, fill = 7): LinkSecurity {
  return { type: 'shared-key', identity, key: Buffer.alloc(32, fill) };
}

/** What one accepted connection came to. */
export interface Accepted {
  readonly error?: Error;
  readonly socket?: tls.TLSSocket;
  readonly principal?: string;
  readonly hash?: string;
}

export interface LinkServer {
  readonly port: number;
  readonly accepted: Accepted[];
  readonly link: LinkTls;
  /** The outcome of the next connection not asked for yet. */
  next(): Promise<Accepted>;
  /** Resolves once so many handshakes have begun. */
  begun(count: number): Promise<void>;
  /** Connections still open, handshakes included. */
  open(): Promise<number>;
}

/** Sniffs the first bytes, as the proxy does, then lets `LinkTls` take over; echoes what it gets. */
export async function serve(t: TestContext, security: LinkSecurity, options: LinkTlsOptions = {}): Promise<LinkServer> {
  const link = new LinkTls(security, options);
  const accepted: Accepted[] = [];
  const waiting: ((outcome: Accepted) => void)[] = [];
  let taken = 0;
  let handshakes = 0;
  const server = net.createServer((raw) => {
    raw.once('error', () => undefined);
    raw.once('data', (head) => {
      raw.pause();
      handshakes++;
      link.acceptTls(raw, head, (error, socket, principal, hash) => {
        const outcome: Accepted = {
          ...(error ? { error } : {}),
          ...(socket ? { socket } : {}),
          ...(principal === undefined ? {} : { principal }),
          ...(hash === undefined ? {} : { hash }),
        };
        accepted.push(outcome);
        socket?.on('error', () => undefined).pipe(socket);
        if (waiting.length > 0) taken++;
        waiting.shift()?.(outcome);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const { socket } of accepted) socket?.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    accepted,
    link,
    next: () => {
      const outcome = accepted[taken];
      if (!outcome) return new Promise((resolve) => void waiting.push(resolve));
      taken++;
      return Promise.resolve(outcome);
    },
    begun: (count) => until(() => handshakes >= count),
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
}

export function connect(
  link: LinkTls,
  port: number,
  expectedPrincipals: readonly string[] = [reviews],
  timeoutMs = 20_000,
): Promise<tls.TLSSocket> {
  return link.connectTls({
    host: '127.0.0.1',
    port,
    expectedPrincipals,
    serverName: 'outbound_.9080_._.reviews.bookinfo.svc.cluster.local',
    timeoutMs,
  });
}

/** Sends a line and waits for its echo. */
export async function echo(socket: tls.TLSSocket, text: string): Promise<string> {
  let answer = '';
  const whole = new Promise<string>((resolve, reject) => {
    const done = (error?: Error): void => {
      socket.off('data', onData);
      socket.off('error', done);
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve(answer);
    };
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString();
      if (answer.length >= text.length) done();
    };
    const onClose = (): void => done(new Error('closed'));
    socket.on('data', onData);
    socket.on('error', done);
    socket.on('close', onClose);
  });
  socket.write(text);
  return whole;
}

export async function rejection(promise: Promise<unknown>): Promise<LinkTlsError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof LinkTlsError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

export function codeOf(outcome: Accepted): string {
  return outcome.error instanceof LinkTlsError ? outcome.error.code : (outcome.error?.message ?? 'accepted');
}

/** Looks every few milliseconds; fails after 20 s. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('it did not come about');
}

/** Waits until the server has no connection left. */
export function drained(server: LinkServer): Promise<void> {
  return until(async () => (await server.open()) === 0);
}

/** Waits for the end of a socket, errors or not. */
export function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
