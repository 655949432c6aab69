import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Span } from '../../shared/traces.ts';
import { listenOnLoopback, type LoopbackServer } from '../loopback-server.ts';
import { otlpFromJson } from './otlp-json.ts';
import { otlpFromProtobuf } from './otlp-protobuf.ts';
import { spansFromOtlp } from './otlp-span.ts';
import { ProtobufError } from '../protobuf/message-cursor.ts';

const unzip = promisify(gunzip);
/** Bytes of a request, before and after decompression. */
const maxBody = 4 * 1024 * 1024;

export interface OtlpReceiverOptions {
  /** 0: the system chooses. */
  readonly port: number;
  /** Takes spans of applications as they come in. */
  readonly onSpans: (spans: readonly Span[]) => void;
}

type Encoding = 'json' | 'protobuf';

class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Takes traces over OTLP/HTTP at `/v1/traces` on the loopback interface, JSON and protobuf, plain or gzip
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp). Spans without usable ids are reported as rejected.
 */
export function startOtlpReceiver({ port, onSpans }: OtlpReceiverOptions): Promise<LoopbackServer> {
  return listenOnLoopback((request, response) => {
    const encoding = encodingOf(request);
    receive(request, encoding).then(
      ({ spans, rejected }) => {
        onSpans(spans);
        answer(response, encoding ?? 'json', rejected);
      },
      (error: unknown) => {
        const status = error instanceof RequestError ? error.status : 500;
        const message = error instanceof RequestError ? error.message : 'The spans could not be taken.';
        refuse(response, encoding ?? 'json', status, message);
      },
    );
  }, port);
}

async function receive(
  request: IncomingMessage,
  encoding: Encoding | undefined,
): Promise<{ spans: Span[]; rejected: number }> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/v1/traces') throw new RequestError(404, 'Traces are taken at /v1/traces.');
  if (request.method !== 'POST') throw new RequestError(405, 'Traces are sent with POST.');
  if (!encoding) throw new RequestError(415, 'Send application/json or application/x-protobuf.');
  const body = await readBody(request);
  try {
    return spansFromOtlp(encoding === 'json' ? otlpFromJson(body.toString('utf8')) : otlpFromProtobuf(body));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ProtobufError) {
      throw new RequestError(400, `The body is no OTLP ${encoding} message: ${error.message}`);
    }
    throw error;
  }
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' ? 'protobuf' : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const compression = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (compression !== 'gzip' && compression !== 'identity') {
    throw new RequestError(415, 'Only gzip is taken as content-encoding.');
  }
  const body = await collect(request);
  if (compression === 'identity') return body;
  try {
    return await unzip(body, { maxOutputLength: maxBody });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new RequestError(
      tooLarge ? 413 : 400,
      tooLarge ? `Unpacked, a request may have ${maxBody} bytes.` : 'The body is not gzip.',
    );
  }
}

/** What is too large is still read, and dropped, so that the sender sees the answer instead of a broken connection. */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBody) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      if (size <= maxBody) resolve(Buffer.concat(chunks));
      else reject(new RequestError(413, `A request may have ${maxBody} bytes.`));
    });
    request.once('error', () => {
      reject(new RequestError(400, 'The body is cut off.'));
    });
  });
}

const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** `ExportTraceServiceResponse`: empty, or the number of rejected spans and why. */
function answer(response: ServerResponse, encoding: Encoding, rejected: number): void {
  const errorMessage = 'Spans without a valid trace id, span id and start time were left out.';
  const body =
    encoding === 'json'
      ? JSON.stringify(rejected > 0 ? { partialSuccess: { rejectedSpans: String(rejected), errorMessage } } : {})
      : rejected > 0
        ? delimited(1, Buffer.concat([Buffer.from([0x08]), varint(rejected), delimited(2, Buffer.from(errorMessage))]))
        : Buffer.alloc(0);
  response.writeHead(200, { 'content-type': mediaTypes[encoding] }).end(body);
}

/** The body of an error is a `google.rpc.Status` with its message. */
function refuse(response: ServerResponse, encoding: Encoding, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = encoding === 'json' ? JSON.stringify({ message }) : delimited(2, Buffer.from(message));
  response.writeHead(status, { 'content-type': mediaTypes[encoding] }).end(body);
}

/** A length-delimited protobuf field. */
function delimited(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
