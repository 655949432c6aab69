/** Says in words why a port-forward failed. What the other side wrote is quoted bounded and without control characters. */
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';

const longestQuote = 300;

/** An answer of HTTP where the upgrade to a WebSocket was asked for; `body` is a Kubernetes `Status`, or anything. */
export function failureOfAnswer(target: PodTarget, status: number, body: string): TunnelFailure {
  const said = statusMessage(body);
  const pod = podName(target);
  switch (status) {
    case 400:
      return new TunnelFailure(
        'pod-unavailable',
        `${startOf(pod)} cannot be reached now${because(said)}. It may not run yet.`,
      );
    case 401:
      return new TunnelFailure(
        'unauthorized',
        `The API server of ${target.context} does not accept the credentials. Sign in to the cluster again.`,
      );
    case 403:
      return forbidden(target, said);
    case 404:
      return new TunnelFailure('pod-gone', `${startOf(pod)} does not exist any more.`);
    case 429:
      return new TunnelFailure(
        'pod-unavailable',
        `The API server of ${target.context} is too busy to open ${pod}. Try again in a moment.`,
      );
    default:
      break;
  }
  if (status >= 500) {
    return new TunnelFailure(
      'pod-unavailable',
      `The API server of ${target.context} could not reach the node of ${pod}: it answered ${status}${because(said)}.`,
    );
  }
  return new TunnelFailure(
    'protocol',
    `${target.context} answered ${status} instead of opening a WebSocket${because(said)}. ` +
      'A proxy on the way must let WebSocket upgrades through.',
  );
}

function forbidden(target: PodTarget, said: string): TunnelFailure {
  const verb = /\bcannot (get|create) resource "pods\/portforward"/.exec(said)?.[1];
  const user = /\bUser "([^"]{1,200})"/.exec(said)?.[1];
  // From Kubernetes 1.35 both are asked for; before, an upgrade, which is a GET, needs the first.
  const needed = verb === undefined ? 'verbs get and create' : `verb ${verb}`;
  return new TunnelFailure(
    'forbidden',
    `${user === undefined ? 'The user' : `User ${user}`} of ${target.context} lacks the ${needed} on pods/portforward ` +
      `in namespace ${target.namespace}. Ask an administrator of the cluster for it.`,
  );
}

/** What the error channel of a port-forward said. The kubelet passes on the words of the container runtime. */
export function failureOfErrorChannel(target: PodTarget, text: string): TunnelFailure {
  const pod = podName(target);
  if (/connection refused|actively refused/i.test(text)) {
    return new TunnelFailure(
      'refused',
      `Nothing listens on port ${target.port} of ${pod}. The program must listen on localhost or on all addresses, ` +
        "not on the pod's IP alone.",
    );
  }
  if (/pods? "?[^"]*"? not found|does not exist|no such (?:pod|container|sandbox)|sandbox .*not found/i.test(text)) {
    return new TunnelFailure('pod-gone', `${startOf(pod)} does not exist any more.`);
  }
  if (/not running|network namespace .*closed|no such file or directory|terminated/i.test(text)) {
    return new TunnelFailure('pod-unavailable', `${startOf(pod)} does not run now${because(text)}.`);
  }
  return new TunnelFailure('lost', `The connection to port ${target.port} of ${pod} failed${because(text)}.`);
}

/** How the WebSocket closed: undefined where that is a normal end (RFC 6455, 7.4.1). */
export function failureOfClose(target: PodTarget, code: number): TunnelFailure | undefined {
  if (code === 1000 || code === 1005) return undefined;
  if (code === 1001 || code === 1006 || code === 1012) return brokenOff(target);
  return new TunnelFailure('protocol', `The connection to ${podName(target)} was closed with code ${code}.`);
}

export function brokenOff(target: PodTarget): TunnelFailure {
  return new TunnelFailure(
    'lost',
    `The connection to ${podName(target)} broke off: the API server of ${target.context}, or something on the way, ended it.`,
  );
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused. Is the cluster running',
  ECONNRESET: 'the connection was reset while it was opened',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no network to it',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EPIPE: 'the connection was closed while it was opened',
};

/** An error of the system, of TLS or of the WebSocket library before the tunnel stood. */
export function failureOfHandshake(target: PodTarget, error: unknown): TunnelFailure {
  if (error instanceof TunnelFailure) return error;
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  const server = `The API server of ${target.context}`;
  const word = words[code];
  if (word !== undefined) {
    return new TunnelFailure('unreachable', `${server} cannot be reached: ${word}${word.includes('. ') ? '?' : '.'}`);
  }
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(code)) {
    return new TunnelFailure('tls', `${server} cannot be trusted or does not trust us${because(message)}.`);
  }
  if (/socket hang up/.test(message)) {
    return new TunnelFailure(
      'unreachable',
      `${server} cannot be reached: the connection was closed while it was opened.`,
    );
  }
  return new TunnelFailure(
    'protocol',
    `${server} does not open a WebSocket for ${podName(target)}${because(message)}.`,
  );
}

export function podName(target: PodTarget): string {
  return `pod ${target.pod} in namespace ${target.namespace}`;
}

/** At the start of a sentence. */
export function startOf(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function because(said: string): string {
  const quote = quoted(said);
  return quote === '' ? '' : ` (${quote})`;
}

/** One line, bounded, without what could act on a terminal. */
function quoted(text: string): string {
  const line = text
    .slice(0, longestQuote * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\s.]+$/, '')
    .trim();
  return line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line;
}

/** `message` of a Kubernetes Status; of anything else what it says, unless that is a page. */
function statusMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed && typeof parsed.message === 'string') {
      return parsed.message;
    }
    return '';
  } catch {
    return /^\s*</.test(body) ? '' : body;
  }
}
