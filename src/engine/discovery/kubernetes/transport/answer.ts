import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { constants, type ClientHttp2Stream, type IncomingHttpHeaders as Http2Headers } from 'node:http2';
import type { Readable } from 'node:stream';

/** The head of an answer, and its body as it comes, in either version of HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Compressed as it was sent. */
  readonly body: Readable;
  /** Whether all of the body came; known once it is closed. */
  isComplete(): boolean;
  /** Ends it, and wants no more of it. */
  destroy(): void;
  /** Lets what is still to come gather for a moment; false where the connection cannot. */
  readonly gather: () => boolean;
  /** Of what came last something is still to be read later. */
  readonly keep: () => void;
}

export const http1Answer = (message: IncomingMessage): Answer => ({
  status: message.statusCode ?? 0,
  headers: message.headers,
  body: message,
  isComplete: () => message.complete,
  destroy: () => void message.destroy(),
  gather: () => false,
  keep: () => undefined,
});

export const http2Answer = (stream: ClientHttp2Stream, headers: Http2Headers, gather: () => void): Answer => ({
  status: Number(headers[':status'] ?? 0),
  headers,
  body: stream,
  isComplete: () => stream.readableEnded && !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR,
  destroy: () => {
    stream.close(constants.NGHTTP2_CANCEL);
    stream.destroy();
  },
  gather: () => {
    gather();
    return true;
  },
  keep: () => undefined,
});
