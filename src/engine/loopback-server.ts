import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';

export interface LoopbackServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** Ends open connections too. */
  readonly close: () => Promise<void>;
}

/**
 * An HTTP server on 127.0.0.1 only. Requests with a foreign Host are refused with 421: a page in the user's browser whose
 * name was rebound to the loopback address must not read from or write to it. The port in Host may be another one, as the
 * editor and ssh forward ports. Port 0: the system chooses. Rejects where the port cannot be had.
 */
export async function listenOnLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
  options: ServerOptions = {},
): Promise<LoopbackServer> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, ...options }, (request, response) => {
    if (!isLoopbackHost(request.headers.host)) {
      response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('This endpoint answers to 127.0.0.1 and localhost only.\n');
      return;
    }
    handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Whether a Host header names this machine's loopback interface, with any port. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}
