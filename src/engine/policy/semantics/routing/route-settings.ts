/** Readers for what a rule of a VirtualService says beside matches and destinations. Defaults are Istio's, not Envoy's. */
import { parseGoDuration } from '../../../../shared/go-duration.ts';
import type { SpecNode } from '../spec-node.ts';
import type {
  CompiledDirectResponse,
  CompiledFault,
  CompiledRedirect,
  CompiledRetry,
  CompiledRewrite,
} from './compiled.ts';
import { grpcStatuses } from './grpc-statuses.ts';
import { retryConditions } from './retry-conditions.ts';
import { regexProblem } from './string-match.ts';

/** A duration of at least a millisecond, as Istio's admission asks for, in milliseconds. */
export function readDuration(node: SpecNode): number | undefined {
  const text = node.string();
  if (text === undefined) return undefined;
  const ms = parseGoDuration(text);
  if (ms === undefined) node.error(`"${text}" is not a duration such as 250ms, 1.5s or 1h30m.`);
  else if (ms < 1) node.error(`A duration must be at least 1ms, not ${text}.`);
  else return ms;
  return undefined;
}

/** `{value: 12.5}`, in percent. */
export function readPercentage(node: SpecNode): number | undefined {
  if (!node.present) return undefined;
  // An empty Percent is protobuf's zero.
  const value = node.child('value').number() ?? 0;
  if (value >= 0 && value <= 100) return value;
  node.child('value').error(`A percentage is between 0 and 100, not ${value}.`);
  return Math.min(100, Math.max(0, value));
}

const defaultRetryOn = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'];

/** What Istio retries where nothing is said: two more tries. */
export const defaultRetry: CompiledRetry = {
  attempts: 2,
  retryOn: defaultRetryOn,
  retriableStatusCodes: [],
  backoffMs: 25,
  avoidPreviousHosts: true,
};

/** `retries` as written; `avoidPreviousHosts` where it says so itself. */
export interface RetrySettings {
  readonly retry: CompiledRetry;
  readonly avoidPreviousHosts?: boolean;
}

function readRetryOn(node: SpecNode): Pick<CompiledRetry, 'retryOn' | 'retriableStatusCodes'> | undefined {
  const text = node.string();
  if (text === undefined || text.trim() === '') return undefined;
  const retryOn: string[] = [];
  const codes: number[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (/^[1-5][0-9]{2}$/.test(part)) codes.push(Number(part));
    else if (retryConditions.has(part)) retryOn.push(part);
    else if (part !== '') node.error(`"${part}" is not a condition for retries.`);
  }
  // Codes alone would do nothing in Envoy without the condition that looks at them.
  if (codes.length > 0 && !retryOn.includes('retriable-status-codes')) retryOn.push('retriable-status-codes');
  return { retryOn, retriableStatusCodes: codes };
}

/** Reads `retries` of a rule, or the mesh's `defaultHttpRetryPolicy`. `attempts: 0` turns retries off. */
export function readRetry(node: SpecNode): RetrySettings | undefined {
  if (!node.present) return undefined;
  const attempts = node.child('attempts').integer() ?? 0;
  if (attempts < 0) node.child('attempts').error('The number of attempts must not be negative.');
  const retryOn = readRetryOn(node.child('retryOn'));
  const perTryTimeoutMs = readDuration(node.child('perTryTimeout'));
  if (attempts === 0 && (retryOn !== undefined || perTryTimeoutMs !== undefined)) {
    node.error('Retries are configured, but attempts is 0, which turns them off.');
  }
  const backoffMs = readDuration(node.child('backoff'));
  const avoid = node.child('retryIgnorePreviousHosts').boolean();
  return {
    retry: {
      ...defaultRetry,
      attempts: Math.max(0, attempts),
      ...retryOn,
      ...(perTryTimeoutMs !== undefined && { perTryTimeoutMs }),
      ...(backoffMs !== undefined && { backoffMs }),
    },
    ...(avoid !== undefined && { avoidPreviousHosts: avoid }),
  };
}

function readStatus(node: SpecNode): number | undefined {
  const status = node.integer();
  if (status === undefined || (status >= 200 && status <= 599)) return status;
  node.error(`${status} is not an HTTP status between 200 and 599.`);
  return undefined;
}

function readAbort(node: SpecNode): CompiledFault['abort'] {
  if (!node.present) return undefined;
  // A fault without percentage hits nobody.
  const percent = readPercentage(node.child('percentage')) ?? 0;
  const status = readStatus(node.child('httpStatus'));
  if (status !== undefined) return { status, percent };
  const grpc = node.child('grpcStatus');
  const name = grpc.string();
  if (name !== undefined) {
    const grpcStatus = grpcStatuses.findIndex((candidate) => candidate === name);
    if (grpcStatus >= 0) return { status: 200, grpcStatus, percent };
    grpc.error(`"${name}" is not a gRPC status such as UNAVAILABLE.`);
  } else if (node.child('http2Error').present) {
    node.child('http2Error').error('Istio does not support HTTP/2 errors as faults.');
  } else if (!node.child('httpStatus').present) {
    node.warning('The abort has neither httpStatus nor grpcStatus and does nothing.');
  }
  return undefined;
}

function readDelay(node: SpecNode): CompiledFault['delay'] {
  if (!node.present) return undefined;
  if (node.child('exponentialDelay').present)
    node.child('exponentialDelay').error('Istio does not support exponential delays.');
  const ms = readDuration(node.child('fixedDelay'));
  // The old field `percent` counts whole percents.
  const percent = readPercentage(node.child('percentage')) ?? node.child('percent').number() ?? 0;
  return ms === undefined ? undefined : { ms, percent };
}

export function readFault(node: SpecNode): CompiledFault | undefined {
  if (!node.present) return undefined;
  if (!node.child('delay').present && !node.child('abort').present) node.error('A fault needs a delay or an abort.');
  const delay = readDelay(node.child('delay'));
  const abort = readAbort(node.child('abort'));
  return delay || abort ? { ...(delay && { delay }), ...(abort && { abort }) } : undefined;
}

export function readRewrite(node: SpecNode): CompiledRewrite | undefined {
  if (!node.present) return undefined;
  const uri = node.child('uri').string();
  const authority = node.child('authority').string();
  const regex = node.child('uriRegexRewrite');
  const match = regex.child('match').string();
  const rewrite = regex.child('rewrite').string();
  if (uri !== undefined && regex.present) node.error('Give only one of uri and uriRegexRewrite.');
  if (uri === undefined && authority === undefined && !regex.present) {
    node.error('A rewrite needs a uri, a uriRegexRewrite or an authority.');
  }
  if (regex.present && (!match || !rewrite)) regex.error('Both match and rewrite are needed.');
  const problem = match === undefined ? undefined : regexProblem(match);
  if (problem !== undefined) regex.child('match').error(`RE2 refuses the regular expression: ${problem}.`);
  return {
    ...(uri !== undefined && uri !== '' && { uri }),
    ...(match && rewrite && problem === undefined && { uriRegex: { match, rewrite } }),
    ...(authority !== undefined && authority !== '' && { authority }),
  };
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

export function readRedirect(node: SpecNode): CompiledRedirect | undefined {
  if (!node.present) return undefined;
  const uri = node.child('uri').string();
  const authority = node.child('authority').string();
  const scheme = node.child('scheme').string();
  const port = node.child('port').integer();
  const derive = node.child('derivePort').string();
  const declared = node.child('redirectCode').integer() ?? 0;
  const status = declared === 0 ? 301 : declared;
  if (!redirectStatuses.has(status)) {
    node.child('redirectCode').error(`Envoy redirects with 301, 302, 303, 307 or 308, not with ${status}.`);
  }
  if (scheme !== undefined && scheme !== '' && scheme !== 'http' && scheme !== 'https') {
    node.child('scheme').error('The scheme must be http or https.');
  }
  if (port !== undefined && (port < 1 || port > 65535)) node.child('port').error(`${port} is not a port.`);
  if (!uri && !authority && !scheme && port === undefined && derive === undefined) {
    node.error('A redirect needs a uri, an authority, a scheme or a port.');
  }
  return {
    type: 'redirect',
    status: redirectStatuses.has(status) ? status : 301,
    ...(uri !== undefined && uri !== '' && { uri }),
    ...(authority !== undefined && authority !== '' && { authority }),
    ...((scheme === 'http' || scheme === 'https') && { scheme }),
    ...(port !== undefined && { port }),
    ...((derive === 'FROM_PROTOCOL_DEFAULT' || derive === 'FROM_REQUEST_PORT') && { derivePort: derive }),
  };
}

const maxBodyLength = 1 << 20;

export function readDirectResponse(node: SpecNode): CompiledDirectResponse | undefined {
  if (!node.present) return undefined;
  const status = readStatus(node.child('status'));
  if (status === undefined && !node.child('status').present) node.error('A direct response needs a status.');
  const body = node.child('body');
  const bytes = body.child('bytes').string();
  const text =
    body.child('string').string() ?? (bytes === undefined ? '' : Buffer.from(bytes, 'base64').toString('utf8'));
  if (text.length > maxBodyLength) body.error('The body must be smaller than 1 MB.');
  return { type: 'direct', status: status ?? 503, body: text.slice(0, maxBodyLength) };
}
