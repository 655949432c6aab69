import type { ResourceRef } from './resource.ts';
import type { FieldPath, Range } from './text.ts';

type RouteOutcome =
  | 'forward'
  | 'redirect'
  | 'direct'
  | 'fault'
  | 'not-found'
  | 'no-backend'
  | 'no-listener'
  | 'reset'
  | 'passthrough'
  | 'blackhole';

/** Which rule decided, and where it is written. */
export interface DecidedRoute {
  readonly resource: ResourceRef;
  /** The rule's own name, else its position: `http[1]`. */
  readonly rule: string;
  /** The match entry that fit, `http[1].match[0]`; absent for a rule without conditions. */
  readonly match?: string;
  readonly path: FieldPath;
  readonly uri?: string;
  readonly range?: Range;
}

export interface RouteBackend {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly subset?: string;
  readonly port: number;
  readonly weight: number;
  /** The fraction of such calls that goes here, 0 to 1. */
  readonly share: number;
}

export interface RouteMirror {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly subset?: string;
  readonly port: number;
  readonly share: number;
}

export interface RouteRetries {
  readonly attempts: number;
  readonly perTryTimeout?: string;
  readonly retryOn: string;
}

export interface RouteFault {
  readonly delay?: { readonly duration: string; readonly percent: number };
  readonly abort?: { readonly status: number; readonly percent: number };
}

/** Answer of `mesh/route`: where such a call goes, and why. Names of headers are in lower case. */
export interface RouteDecision {
  readonly outcome: RouteOutcome;
  readonly status?: number;
  readonly route?: DecidedRoute;
  readonly backends: readonly RouteBackend[];
  readonly mirrors: readonly RouteMirror[];
  /** What the backend receives, complete. */
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly removed: readonly string[];
  };
  /** What is set on or removed from any answer. */
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly removed: readonly string[] };
  readonly redirect?: { readonly status: number; readonly location: string };
  /** Go duration, `3s`; absent where none applies. */
  readonly timeout?: string;
  readonly retries?: RouteRetries;
  readonly fault?: RouteFault;
  readonly tls: { readonly mode: 'none' | 'simple' | 'mutual' | 'istio-mutual' | 'psk' };
  /** One line a step, in the order the decision was taken. */
  readonly explain: readonly string[];
}
