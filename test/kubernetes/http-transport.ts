/** The least that is a transport: plain or TLS, kept-alive connections, gzip. For tests of what stands on a transport. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  KubeFailure,
  type KubeFailureReason,
  type KubeRequest,
  type KubeStream,
  type KubeTransport,
} from '../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

export interface HttpTransportOptions {
  readonly url: () => string;
  readonly token?: () => string | undefined;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

export function createHttpTransport(
  options: HttpTransportOptions,
): KubeTransport & { readonly requests: () => number } {
  const agent = options.tls
    ? new TlsAgent({ keepAlive: true, maxSockets: 100, ...options.tls })
    : new Agent({ keepAlive: true, maxSockets: 100 });
  let count = 0;
  const open = (kube: KubeRequest, until: 'head' | 'end'): Promise<KubeStream> =>
    new Promise((resolve, reject) => {
      count++;
      const url = new URL(kube.path, options.url());
      for (const [key, value] of Object.entries(kube.query ?? {})) {
        if (value !== undefined) url.searchParams.set(key, String(value));
      }
      const token = options.token?.();
      const headers = {
        'accept-encoding': 'gzip',
        ...kube.headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const send = options.tls ? httpsRequest : httpRequest;
      const request = send(url, { agent, method: kube.method ?? 'GET', headers });
      const timeout = setTimeout(() => {
        const error = new KubeFailure('timeout', 'The API server did not answer in time.');
        reject(error);
        request.destroy(error);
      }, kube.timeoutMs ?? 30_000);
      const abort = (): void => {
        const error = new KubeFailure('aborted', 'The request was ended.');
        reject(error);
        request.destroy(error);
      };
      const finish = (): void => {
        clearTimeout(timeout);
        kube.signal?.removeEventListener('abort', abort);
      };
      if (kube.signal?.aborted) {
        finish();
        abort();
        return;
      }
      kube.signal?.addEventListener('abort', abort, { once: true });
      request.on('error', (error) => {
        finish();
        reject(failureOf(error));
      });
      request.on('response', (response: IncomingMessage) => {
        if (until === 'head') clearTimeout(timeout);
        response.once('close', finish);
        const body = decompressed(response);
        body.once('close', () => response.destroy());
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
      request.end(kube.body);
    });
  return {
    context: 'test',
    namespace: 'default',
    requests: () => count,
    async request(kube) {
      const { status, headers, body } = await open(kube, 'end');
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of body) chunks.push(chunk as Buffer);
      } catch (error) {
        throw failureOf(error);
      }
      return { status, headers, body: Buffer.concat(chunks) };
    },
    stream: (kube) => open(kube, 'head'),
    webSocket: () => Promise.reject(new KubeFailure('protocol', 'No WebSockets here.')),
    dispose: () => agent.destroy(),
  };
}

/** Errors of the answer come out of the stream as failures. */
function decompressed(response: IncomingMessage): Readable {
  const out = new PassThrough();
  const done = (error: unknown): void => {
    if (error) out.destroy(failureOf(error));
  };
  response.on('error', done);
  response.on('aborted', () => done(new KubeFailure('unreachable', 'The connection broke.')));
  if (response.headers['content-encoding'] === 'gzip') pipeline(response, createGunzip(), out, done);
  else pipeline(response, out, done);
  return out;
}

function failureOf(error: unknown): KubeFailure {
  if (error instanceof KubeFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason: KubeFailureReason = code.startsWith('Z_')
    ? 'protocol'
    : /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)
      ? 'tls'
      : 'unreachable';
  return new KubeFailure(reason, `The API server cannot be reached (${code}).`, { cause: error });
}
