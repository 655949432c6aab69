/** A question to the registry and the means to answer it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What goes back as plain text with a status, the way Consul tells errors. */
export class ConsulError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const maxBody = 512 * 1024;

/** Reads a JSON body of at most 512 KiB; an empty one is an empty object. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new ConsulError(413, 'Request body too large, max allowed size is 524288 bytes');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new ConsulError(400, 'Request decode failed: the body is not JSON');
  }
}

export function sendJson(response: ServerResponse, value: unknown, pretty: boolean, index?: number): void {
  const body = JSON.stringify(value, undefined, pretty ? 4 : undefined);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-consul-default-acl-policy': 'allow',
    ...(index === undefined
      ? {}
      : {
          'x-consul-index': String(index),
          'x-consul-knownleader': 'true',
          'x-consul-lastcontact': '0',
          'x-consul-effective-consistency': 'leader',
        }),
  });
  response.end(body);
}

export function sendText(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(message);
}
