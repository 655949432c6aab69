import type { Socket } from 'node:net';
import type { RelayCount } from './telemetry-recorder.ts';

export interface RelayEnds {
  readonly client: Socket;
  /** Bytes of the client that were read already. */
  readonly clientHead: Buffer;
  readonly server: Socket;
  readonly serverHead: Buffer;
}

/**
 * Relays bytes both ways until both sides have ended: half-close is passed on, a slow reader stops the sender, a broken
 * side breaks the other. `onEnd` is called once. Both sockets must allow half-open connections.
 */
export function relaySockets(ends: RelayEnds, count: Pick<RelayCount, 'sent' | 'received'>, onEnd: () => void): void {
  const { client, server } = ends;
  let open = 2;
  const closed = (other: Socket) => (): void => {
    // What was already said to the other side in an orderly way still reaches it; after a breakdown it must not end orderly.
    if (other.writableEnded) other.destroySoon();
    else other.destroy();
    if (--open === 0) onEnd();
  };
  client.on('error', ignore);
  server.on('error', ignore);
  client.once('close', closed(server));
  server.once('close', closed(client));
  forward(client, server, ends.clientHead, (bytes) => (count.received += bytes));
  forward(server, client, ends.serverHead, (bytes) => (count.sent += bytes));
  if (client.destroyed) server.destroy();
  if (server.destroyed) client.destroy();
}

function forward(from: Socket, to: Socket, head: Buffer, add: (bytes: number) => void): void {
  const write = (data: Buffer): void => {
    add(data.length);
    if (to.writable && !to.write(data)) from.pause();
  };
  from.on('data', write);
  from.on('end', () => to.end());
  to.on('drain', () => from.resume());
  if (head.length > 0) write(head);
  if (from.readableEnded) to.end();
  else if (!to.writableNeedDrain) from.resume();
}

function ignore(): void {
  // 'close' follows an error and does the rest.
}
