/** When Envoy's router tries again: `x-envoy-retry-on` conditions on statuses and on failures without a response. */
import type { HeaderList } from '../http/header-list.ts';
import type { ResponseHead } from '../http/message-head.ts';
import type { CompiledRetry } from '../../policy/semantics/routing/compiled.ts';
import type { UpstreamFailureKind } from './upstream-failure.ts';

/** Conditions of a policy in a form that is quick to ask. */
export interface RetryConditions {
  readonly names: ReadonlySet<string>;
  readonly statuses: ReadonlySet<number>;
}

const grpcConditions = new Map([
  ['cancelled', '1'],
  ['deadline-exceeded', '4'],
  ['resource-exhausted', '8'],
  ['internal', '13'],
  ['unavailable', '14'],
]);

/** Envoy's bound on back-offs, as a multiple of the base. */
const maxBackoffFactor = 10;

function parseConditions(retryOn: readonly string[], statuses: readonly number[]): RetryConditions {
  const names = new Set<string>();
  const codes = new Set(statuses);
  for (const condition of retryOn) {
    // Istio lets status codes stand among the conditions.
    if (/^[1-5]\d\d$/.test(condition)) codes.add(Number(condition));
    else names.add(condition);
  }
  return { names, statuses: codes };
}

/** What one request may retry: the route's policy, changed by the application's own `x-envoy-*` headers. */
export interface RetryBudget {
  /** Extra tries. */
  readonly attempts: number;
  readonly conditions: RetryConditions;
}

const prepared = new WeakMap<CompiledRetry, RetryBudget>();

function budgetOf(policy: CompiledRetry): RetryBudget {
  let budget = prepared.get(policy);
  if (budget === undefined) {
    budget = { attempts: policy.attempts, conditions: parseConditions(policy.retryOn, policy.retriableStatusCodes) };
    prepared.set(policy, budget);
  }
  return budget;
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((part) => part.trim());
}

/** Reads the overrides an application may set on its own requests. */
export function retryBudget(policy: CompiledRetry, headers: HeaderList | undefined): RetryBudget {
  const budget = budgetOf(policy);
  if (headers === undefined) return budget;
  const { conditions } = budget;
  const retryOn = [...listOf(headers.get('x-envoy-retry-on')), ...listOf(headers.get('x-envoy-retry-grpc-on'))];
  const codes = listOf(headers.get('x-envoy-retriable-status-codes')).map(Number).filter(Number.isInteger);
  const maximum = headers.get('x-envoy-max-retries');
  if (maximum === undefined && codes.length === 0 && retryOn.length === 0) return budget;
  const own = parseConditions(retryOn, codes);
  // Envoy grants one retry where conditions come without a number.
  const attempts = policy.attempts > 0 ? policy.attempts : own.names.size > 0 ? 1 : 0;
  return {
    attempts: maximum !== undefined && /^\d{1,3}$/.test(maximum) ? Number(maximum) : attempts,
    conditions: {
      names: new Set([...conditions.names, ...own.names]),
      statuses: new Set([...conditions.statuses, ...own.statuses]),
    },
  };
}

/** Whether a response asks for another try. */
export function retriesResponse({ names, statuses }: RetryConditions, head: ResponseHead): boolean {
  const { status, headers } = head;
  if (headers.has('x-envoy-ratelimited')) return names.has('envoy-ratelimited');
  if (status >= 500 && names.has('5xx')) return true;
  if (status >= 502 && status <= 504 && names.has('gateway-error')) return true;
  if (status === 409 && names.has('retriable-4xx')) return true;
  if (statuses.has(status)) return true;
  // Only a status in the headers counts: trailers come after the response has been passed on.
  const grpc = headers.get('grpc-status');
  if (grpc === undefined) return false;
  for (const [name, code] of grpcConditions) if (code === grpc && names.has(name)) return true;
  return false;
}

/** Whether a try without a response asks for another one. `started`: the request was (partly) sent. */
export function retriesFailure({ names }: RetryConditions, kind: UpstreamFailureKind, started: boolean): boolean {
  if (kind === 'overflow' || kind === 'no-healthy-upstream') return false;
  if (names.has('reset') || names.has('5xx') || names.has('gateway-error')) return true;
  if (names.has('reset-before-request') && !started) return true;
  return names.has('connect-failure') && (kind === 'connection-failure' || kind === 'connection-timeout');
}

/** Milliseconds before retry number `retry` (1 is the first): uniform in [0, (2^retry - 1) * base), at most 10 * base. */
export function backoff(retry: number, baseMs: number, random: number): number {
  return Math.floor(random * Math.min((2 ** retry - 1) * baseMs, maxBackoffFactor * baseMs));
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Methods a proxy may send again on its own (RFC 9110, 9.2.2). */
export function isIdempotent(method: string): boolean {
  return idempotent.has(method);
}
