import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { PrometheusAddress } from './prometheus-address.ts';
import { PrometheusFailure } from './prometheus-failure.ts';

export interface FormRequest {
  /** Below the address, without a leading slash: `api/v1/query`. */
  readonly path: string;
  readonly form: URLSearchParams;
  readonly signal: AbortSignal;
  /** Bytes after decompression. */
  readonly maxBytes: number;
}

export interface FormAnswer {
  readonly status: number;
  readonly contentType: string;
  /** UTF-8. */
  readonly body: string;
}

/** Carries one question to a Prometheus. Rejects with `PrometheusFailure`; any status is an answer. */
export type PostForm = (request: FormRequest) => Promise<FormAnswer>;

export interface HttpPostOptions {
  readonly address: PrometheusAddress;
  /** Path of the local socket that leads there, where the address itself cannot be reached: the end of a tunnel. */
  readonly socketPath?: () => Promise<string>;
}

/** `PostForm` over HTTP with connections kept alive. `dispose` closes them. */
export function createHttpPost({ address, socketPath }: HttpPostOptions): PostForm & { dispose(): void } {
  const isTls = address.url.protocol === 'https:';
  const agent = isTls
    ? new HttpsAgent({ keepAlive: true, maxSockets: 4 })
    : new HttpAgent({ keepAlive: true, maxSockets: 4 });
  const ask = async (request: FormRequest): Promise<FormAnswer> => {
    const body = request.form.toString();
    const path = await socketPath?.();
    for (let attempt = 0; ; attempt++) {
      const outgoing = (isTls ? httpsRequest : httpRequest)(new URL(request.path, address.url), {
        method: 'POST',
        agent,
        signal: request.signal,
        ...(path === undefined ? {} : { socketPath: path }),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json',
          'accept-encoding': 'gzip, deflate',
          ...(address.authorization === undefined ? {} : { authorization: address.authorization }),
        },
      });
      try {
        return await exchange(outgoing, body, request.maxBytes);
      } catch (error) {
        // The server may close a kept connection just as it is used again: asking twice does no harm.
        if (attempt === 0 && outgoing.reusedSocket && codeOf(error) === 'ECONNRESET' && !request.signal.aborted)
          continue;
        throw failureOf(error, request.signal, address.shown);
      }
    }
  };
  return Object.assign(ask, { dispose: () => agent.destroy() });
}

async function exchange(outgoing: ClientRequest, body: string, maxBytes: number): Promise<FormAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  // From here on an error of the connection ends the body as well.
  outgoing.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decoded(response)) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > maxBytes) throw new PrometheusFailure('too-large', tooLarge(maxBytes));
      chunks.push(bytes);
    }
  } finally {
    response.destroy();
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function tooLarge(maxBytes: number): string {
  const megabytes = Math.round(maxBytes / 1024 / 1024);
  return `The answer of Prometheus is longer than ${megabytes} MB. Choose fewer namespaces.`;
}

/** `pipe` passes no errors on. */
function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding'];
  const decoder = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined;
  if (!decoder) return response;
  response.once('error', (error) => decoder.destroy(error));
  return response.pipe(decoder);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Words for what a socket says. The error of the socket itself may name a path or an address of this machine only. */
function failureOf(error: unknown, signal: AbortSignal, shown: string): PrometheusFailure {
  if (error instanceof PrometheusFailure) return error;
  const reason: unknown = signal.reason;
  if (signal.aborted && reason instanceof PrometheusFailure) return reason;
  if (signal.aborted) return new PrometheusFailure('aborted', 'The question to Prometheus was withdrawn.');
  const code = codeOf(error);
  const words = unreachable[code];
  if (words !== undefined) return new PrometheusFailure('unreachable', words(shown), { cause: error });
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
    const text = `The certificate of Prometheus at ${shown} is not trusted (${code}). Add its authority with NODE_EXTRA_CA_CERTS, or use its http address.`;
    return new PrometheusFailure('unreachable', text, { cause: error });
  }
  if (code.startsWith('Z_') || code.startsWith('HPE_')) {
    const text = `What answers at ${shown} breaks HTTP (${code}): it is no Prometheus, or something between breaks its answers.`;
    return new PrometheusFailure('not-prometheus', text, { cause: error });
  }
  const known = code === '' ? '' : ` (${code})`;
  return new PrometheusFailure('unreachable', `The connection to Prometheus at ${shown} broke${known}.`, {
    cause: error,
  });
}

const unreachable: Readonly<Record<string, (shown: string) => string>> = {
  ECONNREFUSED: (shown) => `Nothing listens at ${shown}. Is Prometheus running, and is the port right?`,
  ENOENT: (shown) => `The tunnel to Prometheus at ${shown} is closed; it is opened again.`,
  ENOTFOUND: (shown) => `The host of Prometheus, ${shown}, is not known to DNS.`,
  EAI_AGAIN: (shown) => `The host of Prometheus, ${shown}, is not found: DNS does not answer.`,
  ETIMEDOUT: (shown) => `Prometheus at ${shown} cannot be reached: no answer from its host.`,
  EHOSTUNREACH: (shown) => `There is no way to the host of Prometheus, ${shown}. Is a VPN missing?`,
  ENETUNREACH: (shown) => `There is no network to the host of Prometheus, ${shown}. Is a VPN missing?`,
};
