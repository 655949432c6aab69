import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { TestRequest, TestResponse } from '../../shared/engine-protocol.ts';

const bodyLimit = 1024 * 1024;
const patience = 60_000;

/** What came back, before anybody knows which route it took. */
export type RawResponse = Omit<TestResponse, 'decision' | 'instance'>;

/**
 * Sends a request through a proxy's outbound listener, as the program behind it would: in absolute form, with a trace
 * context of its own so that the trace can be found afterwards.
 * @throws where the proxy gives no answer at all.
 */
export function sendTestRequest(
  proxy: { readonly port: number; readonly form: 'absolute' | 'origin' },
  request: TestRequest,
  signal?: AbortSignal,
): Promise<RawResponse> {
  const traceId = randomBytes(16).toString('hex');
  const authority =
    request.port === undefined || request.port === 80 ? request.host : `${request.host}:${request.port}`;
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: '127.0.0.1',
        port: proxy.port,
        method: request.method,
        path: proxy.form === 'absolute' ? `http://${authority}${path}` : path,
        headers: {
          'user-agent': 'meshlens',
          ...request.headers,
          host: authority,
          traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
          ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
        },
        agent: false,
        timeout: patience,
        ...(signal ? { signal } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          if (size < bodyLimit) chunks.push(chunk.subarray(0, bodyLimit - size));
          size += chunk.length;
        });
        response.on('error', reject);
        response.on('end', () => {
          const headers = Object.entries(response.headers).map(([name, value]): [string, string] => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(headers),
            body: Buffer.concat(chunks).toString('utf8'),
            truncated: size > bodyLimit,
            duration: performance.now() - started,
            traceId,
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${patience / 1000} s.`)));
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
