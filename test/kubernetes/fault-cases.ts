/** The troubles between a reflector and its server, the same for the fake server and for a real one. */
import type { Fault } from './fault-proxy.ts';

export interface FaultCase {
  readonly name: string;
  readonly fault: Fault;
  readonly matches?: (path: string) => boolean;
  /** What a person reads while it lasts; one message. */
  readonly message: RegExp;
  /** It is found after many seconds: once is enough. */
  readonly isSlow?: boolean;
  /** It only strikes who asks anew: open connections are cut as it begins. */
  readonly cuts?: boolean;
}

const status = (code: number, reason: string): string =>
  JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: `${reason}, as the test wishes` });
const ofPods = (path: string): boolean => path.includes('/pods');
const isWatch = (path: string): boolean => path.includes('watch=true');

export const faultCases: readonly FaultCase[] = [
  {
    name: '410 in every stream of a kind',
    fault: { type: 'error-event', code: 410, reason: 'Expired' },
    matches: (path) => ofPods(path) && isWatch(path),
    message: /answers 410 when it is asked for pods/,
  },
  {
    name: '410 in every answer about a kind',
    fault: { type: 'answer', status: 410, body: status(410, 'Expired') },
    matches: ofPods,
    message: /answers 410 when it is asked for pods/,
    cuts: true,
  },
  {
    name: '500 about a kind',
    fault: { type: 'answer', status: 500, body: status(500, 'InternalError') },
    matches: ofPods,
    message: /answers 500 when it is asked for pods/,
    cuts: true,
  },
  {
    name: '503 about everything',
    fault: { type: 'answer', status: 503, body: 'no healthy upstream' },
    message: /answers with 503/,
    cuts: true,
  },
  {
    name: '403 about a kind',
    fault: { type: 'answer', status: 403, body: status(403, 'Forbidden') },
    matches: ofPods,
    message: /^You may not (list|watch) pods in all namespaces\. Ask an administrator/,
    cuts: true,
  },
  {
    name: '429 with Retry-After about a kind',
    fault: { type: 'answer', status: 429, headers: { 'retry-after': '1' }, body: status(429, 'TooManyRequests') },
    matches: ofPods,
    message: /too much to do to send pods .*wait 1 s/,
    cuts: true,
    isSlow: true,
  },
  {
    name: 'a reset in the middle of an object',
    fault: { type: 'reset', afterBytes: 300 },
    matches: ofPods,
    message: /pods .*cannot be followed/,
  },
  {
    name: 'garbage in a stream',
    fault: { type: 'garbage' },
    matches: ofPods,
    message: /pods .*cannot be followed: .*not (?:JSON|the protobuf)/,
  },
  {
    name: 'gzip that ends in the middle',
    fault: { type: 'truncated-gzip' },
    matches: ofPods,
    message: /pods .*cannot be followed/,
  },
  { name: 'a server that is gone', fault: { type: 'refuse' }, message: /nothing listens|cannot be reached|refuse/i },
  { name: 'a hang of everything', fault: { type: 'hang' }, message: /did not answer|in time|within/i },
  {
    name: 'a hang after which connections stay dead',
    fault: { type: 'hang', isFinal: true },
    message: /did not answer|in time|within/i,
  },
];
