import type { IncomingHttpHeaders } from 'node:http';
import { fieldOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { isProtobuf, objectIn } from '../protobuf/envelope.ts';
import { fieldsOf } from '../protobuf/read-message.ts';
import { statusMessage } from '../resources/object-messages.ts';

/** The API server's answer that it does not do what it was asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** Of its Status object: `Forbidden`, `Expired`. */
  readonly reason: string;
  /** Milliseconds it asks to wait, at most a minute. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const longestWaitMs = 60_000;
const longestMessage = 300;

/** From an answer of 400 or more. Its body may be anything. */
export function refusalOfResponse(status: number, headers: IncomingHttpHeaders, body: Buffer): Refusal {
  return refusalOfStatus(statusIn(headers, body), status, retryAfterOf(headers['retry-after']));
}

function statusIn(headers: IncomingHttpHeaders, body: Buffer): unknown {
  try {
    if (!isProtobuf(headers['content-type'])) return JSON.parse(body.toString('utf8'));
    return fieldsOf(body, objectIn(body, { from: 0, to: body.length }), statusMessage);
  } catch {
    return undefined;
  }
}

/** From a Status object, of an answer or of an ERROR event. */
export function refusalOfStatus(value: unknown, status?: number, retryAfterMs?: number): Refusal {
  const seconds = numberOf(fieldOf(fieldOf(value, 'details'), 'retryAfterSeconds'));
  return new Refusal(
    status ?? numberOf(fieldOf(value, 'code')) ?? 500,
    stringOf(fieldOf(value, 'reason')) ?? '',
    plain(stringOf(fieldOf(value, 'message')) ?? ''),
    retryAfterMs ?? (seconds === undefined ? undefined : bounded(seconds * 1000)),
  );
}

/** Seconds; a date, which the API server never sends, is taken for no wish. */
export function retryAfterOf(header: unknown): number | undefined {
  const seconds = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : bounded(seconds * 1000);
}

const bounded = (ms: number): number => Math.max(0, Math.min(longestWaitMs, ms));

/** One line of bounded length: it is shown to people. */
function plain(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)} …` : line;
}
