import type { Socket } from 'node:net';
import { sniff } from '../tls/sniff.ts';

export type FirstBytes =
  | { readonly type: 'plaintext' }
  /** Offers mesh TLS: what our sidecars and Istio's speak between each other. */
  | { readonly type: 'mesh-tls' }
  | { readonly type: 'other-tls' }
  /** Closed, or silent for longer than `silenceMs`. */
  | { readonly type: 'silent' };

/** For a TLS hello that has begun to come to its end. */
const unfinishedHelloMs = 10_000;

/**
 * Reads a fresh connection until it is clear what it speaks; the socket is paused then. `silenceMs`: how long to wait for
 * the first byte, for protocols in which the server speaks first; undefined: for ever.
 */
export function readFirstBytes(
  socket: Socket,
  silenceMs: number | undefined,
  done: (what: FirstBytes, head: Buffer) => void,
): void {
  let head = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const finish = (what: FirstBytes): void => {
    clearTimeout(timer);
    socket.removeListener('data', onData);
    socket.removeListener('end', onEnd);
    socket.removeListener('close', onEnd);
    socket.pause();
    done(what, head);
  };
  const onData = (data: Buffer): void => {
    clearTimeout(timer);
    head = head.length === 0 ? Buffer.from(data) : Buffer.concat([head, data]);
    const sniffed = sniff(head);
    if (sniffed.type === 'need-more') {
      timer = setTimeout(() => socket.destroy(), unfinishedHelloMs);
      return;
    }
    if (sniffed.type === 'plaintext') finish({ type: 'plaintext' });
    else finish({ type: sniffed.alpn.some((name) => name.startsWith('istio')) ? 'mesh-tls' : 'other-tls' });
  };
  const onEnd = (): void => finish({ type: head.length > 0 ? 'plaintext' : 'silent' });
  socket.on('error', () => undefined);
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('close', onEnd);
  if (silenceMs !== undefined) timer = setTimeout(() => finish({ type: 'silent' }), silenceMs);
}
