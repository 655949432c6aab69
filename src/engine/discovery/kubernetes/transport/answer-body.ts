import { Readable, type Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { Answer } from './answer.ts';
import { failureOf } from './failure-words.ts';
import { KubeFailure } from './kube-transport.ts';

export interface BodyOptions {
  readonly shown: string;
  readonly maxBytes: number;
  /** Ended where the body ends, for whatever reason. */
  readonly onEnd?: () => void;
  /** Its reason is told where it ends the body. */
  readonly signal: AbortSignal;
}

/** The decompressed body of an answer. Ends with a `KubeFailure` where it breaks, is too long or is no valid gzip. */
export function answerBody(answer: Answer, options: BodyOptions): Readable {
  const { shown, maxBytes, signal } = options;
  const decoder = decoderOf(answer);
  if (decoder === 'unknown') {
    answer.destroy();
    return failedBody(new KubeFailure('protocol', `${shown} answered in an encoding that was not asked for.`), options);
  }
  const source: Readable = decoder ?? answer.body;
  let bytes = 0;
  const body = new Readable({
    read: () => source.resume(),
    destroy: (error, callback) => {
      answer.destroy();
      decoder?.destroy();
      options.onEnd?.();
      callback(error);
    },
  });
  const fail = (failure: KubeFailure): void => {
    body.destroy(signal.aborted && signal.reason instanceof KubeFailure ? signal.reason : failure);
  };
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      fail(
        new KubeFailure(
          'too-large',
          `${shown} answered with more than ${Math.round(maxBytes / 1024)} KiB, which is more than is read at once. Choose fewer namespaces.`,
        ),
      );
    } else {
      if (!body.push(chunk)) source.pause();
      if (!decoder && body.readableLength > 0) answer.keep();
    }
  });
  source.on('end', () => body.push(null));
  const broken = (error: unknown): void => fail(brokenAnswer(error, shown));
  answer.body.on('error', broken);
  answer.body.on('close', () => {
    if (!answer.isComplete()) broken(undefined);
  });
  // It may have come to its end in the moment in which its head came.
  const isOver = answer.body.readableEnded;
  if (answer.body.destroyed && !answer.isComplete()) broken(answer.body.errored ?? undefined);
  else if (isOver && !decoder) body.push(null);
  if (decoder) {
    decoder.on('error', () =>
      fail(new KubeFailure('protocol', `${shown} answered with compressed data that cannot be read. Try again.`)),
    );
    if (isOver) decoder.end();
    else {
      answer.body.on('data', () => answer.keep());
      answer.body.pipe(decoder);
    }
  }
  return body;
}

/** Reads a body to its end. Rejects with its `KubeFailure`. */
export function collect(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('error', reject);
    body.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  });
}

/** Reads what nobody wants, so that its connection can be used again; gives the connection up where that takes too much. */
export function discard(answer: Answer): void {
  let bytes = 0;
  answer.body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > 64 * 1024) answer.destroy();
  });
  answer.body.on('error', () => undefined);
}

function decoderOf(answer: Answer): Transform | 'unknown' | undefined {
  switch (answer.headers['content-encoding']?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    default:
      return 'unknown';
  }
}

function brokenAnswer(error: unknown, shown: string): KubeFailure {
  const failure = failureOf(error ?? {}, shown);
  return failure.reason === 'unreachable'
    ? new KubeFailure('unreachable', `${shown} broke the connection in the middle of its answer. Try again.`)
    : failure;
}

function failedBody(failure: KubeFailure, { onEnd }: BodyOptions): Readable {
  onEnd?.();
  return new Readable({
    read() {
      this.destroy(failure);
    },
  });
}
