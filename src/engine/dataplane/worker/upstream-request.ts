import { chunkedBody, type RequestHead } from '../http/message-head.ts';
import { peerHeader } from './peer-metadata.ts';

/** Methods whose requests announce their body even where it is empty (RFC 9110, 8.6). */
const announcesBody = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The protocol a request may switch to: WebSocket, as on Istio's listeners. Any other offer, and one on a request with a
 * body, is taken out, which RFC 9110 (7.8) lets a recipient do; h2c would carry requests past our eyes.
 */
export function upgradeOf(head: RequestHead): string | undefined {
  return head.upgrade === 'websocket' && head.bodyLength === 0 && head.method === 'GET' ? head.upgrade : undefined;
}

/** The head as it goes upstream, re-framed from what was parsed; `peer`: value of the header for other sidecars. */
export function serializeRequest(head: RequestHead, path: string, authority: string, peer: string | undefined): string {
  let text = `${head.method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n${head.headers.serialize()}`;
  if (peer !== undefined) text += `${peerHeader}: ${peer}\r\n`;
  if (head.bodyLength === chunkedBody) text += 'transfer-encoding: chunked\r\n';
  else if (head.bodyLength > 0 || announcesBody.has(head.method)) text += `content-length: ${head.bodyLength}\r\n`;
  const upgrade = upgradeOf(head);
  if (head.trailers) text += `te: trailers\r\nconnection: ${upgrade === undefined ? 'te' : 'upgrade, te'}\r\n`;
  else if (upgrade !== undefined) text += 'connection: upgrade\r\n';
  if (upgrade !== undefined) text += `upgrade: ${upgrade}\r\n`;
  return `${text}\r\n`;
}
