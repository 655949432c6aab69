/** One probe of an application: what Consul's HTTP and TCP checks do once per interval. */
import dns from 'node:dns';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import type { CheckDefinition, CheckStatus } from './catalog-entries.ts';

export interface ProbeResult {
  readonly status: CheckStatus;
  /** What was found, in words; at most 4 KiB. */
  readonly output: string;
}

export interface ProbeOptions {
  /** Whether an IP address may be probed; default: addresses of this machine. */
  readonly allow?: (address: string) => boolean;
  readonly signal?: AbortSignal;
}

type ProbedDefinition = Extract<CheckDefinition, { type: 'http' | 'tcp' }>;

/** Consul keeps as much of a body. */
const maxOutput = 4096;
const maxRedirects = 10;

/** Runs the probe once. Never rejects: whatever goes wrong is a critical result. */
export async function probe(definition: ProbedDefinition, options: ProbeOptions = {}): Promise<ProbeResult> {
  const allow = options.allow ?? isOwnAddress;
  if (definition.type === 'tcp') return await probeTcp(definition, allow, options.signal);
  const deadline = AbortSignal.timeout(definition.timeoutMs);
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
  return await probeHttp(definition, definition.url, allow, signal, maxRedirects);
}

/** Loopback, or an address of a network interface of this machine. */
function isOwnAddress(address: string): boolean {
  if (address === '::1' || address.startsWith('127.')) return true;
  return Object.values(os.networkInterfaces()).some((list) => list?.some((one) => one.address === address) ?? false);
}

/** Resolves names itself, so that a name cannot point elsewhere between the check and the connection. */
function guardedLookup(allow: (address: string) => boolean): net.LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { family: options.family ?? 0, all: true }, (error, found) => {
      const usable = error ? [] : found.filter(({ address }) => allow(address));
      const first = usable[0];
      if (error) callback(error, '');
      else if (!first) callback(refusal(hostname), '');
      else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

const refusal = (host: string): Error => new Error(`${host} is not an address of this machine; only such are checked`);

/** Node skips the lookup for literal addresses. */
function refused(host: string, allow: (address: string) => boolean): boolean {
  return net.isIP(host) !== 0 && !allow(host);
}

function probeTcp(
  definition: Extract<CheckDefinition, { type: 'tcp' }>,
  allow: (address: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<ProbeResult> {
  const { host, port, timeoutMs } = definition;
  if (refused(host, allow)) return Promise.resolve({ status: 'critical', output: refusal(host).message });
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, lookup: guardedLookup(allow) });
    const finish = (status: CheckStatus, output: string): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      resolve({ status, output });
    };
    const abort = (): void => finish('critical', 'The check was stopped');
    const timer = setTimeout(
      () => finish('critical', `TCP connect ${host}:${port}: no answer in ${timeoutMs} ms`),
      timeoutMs,
    );
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => finish('passing', `TCP connect ${host}:${port}: Success`));
    socket.on('error', (error) => finish('critical', `TCP connect ${host}:${port}: ${reasonOf(error)}`));
  });
}

async function probeHttp(
  definition: Extract<CheckDefinition, { type: 'http' }>,
  url: string,
  allow: (address: string) => boolean,
  signal: AbortSignal,
  redirects: number,
): Promise<ProbeResult> {
  const answer = await request(definition, url, allow, signal);
  if ('error' in answer) {
    const reason = signal.aborted ? `no answer in ${definition.timeoutMs} ms` : answer.error;
    return { status: 'critical', output: `HTTP ${definition.method} ${url}: ${reason}` };
  }
  const { code, message, body, location } = answer;
  if (definition.followRedirects && redirects > 0 && location !== undefined && code >= 300 && code < 400) {
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (next?.protocol === 'http:') return await probeHttp(definition, next.href, allow, signal, redirects - 1);
  }
  const output = `HTTP ${definition.method} ${url}: ${code} ${message} Output: ${body}`;
  // Consul: 2xx passes, 429 Too Many Requests warns, anything else is critical.
  return { status: code >= 200 && code < 300 ? 'passing' : code === 429 ? 'warning' : 'critical', output };
}

type HttpAnswer =
  | {
      readonly code: number;
      readonly message: string;
      readonly body: string;
      readonly location: string | undefined;
    }
  | { readonly error: string };

function request(
  { method, headers, body }: Extract<CheckDefinition, { type: 'http' }>,
  url: string,
  allow: (address: string) => boolean,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (refused(host, allow)) return Promise.resolve({ error: refusal(host).message });
  return new Promise((resolve) => {
    const outgoing = http.request(url, {
      method,
      headers: { 'user-agent': 'Meshlens health check', ...headers },
      // A probe must find out whether a new connection is taken, so none is kept.
      agent: false,
      lookup: guardedLookup(allow),
      signal,
    });
    outgoing.on('error', (error) => resolve({ error: reasonOf(error) }));
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        const text = Buffer.concat(chunks).subarray(0, maxOutput).toString('utf8');
        const { statusCode = 0, statusMessage = '' } = response;
        resolve({ code: statusCode, message: statusMessage, body: text, location: response.headers.location });
        outgoing.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= maxOutput) finish();
      });
      response.on('end', finish);
      response.on('error', (error) => resolve({ error: reasonOf(error) }));
    });
    outgoing.end(body);
  });
}

function reasonOf(error: Error & { readonly code?: string }): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ECONNRESET') return 'connection reset by the other side';
  if (error.code === 'ENOTFOUND') return 'no such host';
  return error.message;
}
