/** The opening handshake of a client (RFC 6455, 4.1), by Node's own HTTP. */
import { createHash, randomBytes } from 'node:crypto';
import * as http from 'node:http';
import type { Socket } from 'node:net';

/** RFC 6455, 1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const longestAnswer = 64 * 1024;

export interface HandshakeEvents {
  /** `head` came with the answer; who reads on must do so before this returns. */
  readonly onOpen: (protocol: string | undefined, head: Buffer) => void;
  /** An answer of HTTP came instead: its status, and the start of its body. */
  readonly onAnswer: (status: number, body: string) => void;
  readonly onError: (error: Error) => void;
}

/** Asks on an open socket for a WebSocket; tells one of the three, once. What goes wrong leaves the socket to the caller. */
export function openWebSocket(
  socket: Socket,
  url: URL,
  headers: Readonly<Record<string, string | readonly string[]>>,
  protocols: readonly string[],
  { onOpen, onAnswer, onError }: HandshakeEvents,
): void {
  const key = randomBytes(16).toString('base64');
  const request = http.request({
    createConnection: () => socket,
    path: `${url.pathname}${url.search}`,
    headers: {
      ...(headers as Record<string, string>),
      Host: url.host,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
      'Sec-WebSocket-Protocol': protocols.join(', '),
    },
  });
  let isTold = false;
  const once = (tell: () => void): void => {
    if (isTold) return;
    isTold = true;
    tell();
  };
  request.on('error', (error) => once(() => onError(error)));
  request.once('upgrade', (response, _, head) => {
    once(() => {
      const problem = problemOf(response.headers, key);
      if (problem === undefined) onOpen(response.headers['sec-websocket-protocol'], head);
      else onError(new Error(problem));
    });
  });
  request.once('response', (response) => {
    readAnswer(response, (body) => once(() => onAnswer(response.statusCode ?? 0, body)));
  });
  request.end();
}

function problemOf(headers: http.IncomingHttpHeaders, key: string): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'it upgrades to something else';
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64');
  if (headers['sec-websocket-accept'] !== accept) return 'its answer is not to our key';
  return headers['sec-websocket-extensions'] === undefined ? undefined : 'it uses extensions that nobody offered';
}

/** Calls `done` once, with what came until the end, the limit, or the connection's close. */
function readAnswer(response: http.IncomingMessage, done: (body: string) => void): void {
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
