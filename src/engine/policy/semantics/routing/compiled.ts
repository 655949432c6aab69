/**
 * Routing of one proxy as plain data: what Envoy is given as listeners, routes and clusters. Compiled from a snapshot by
 * `compile.ts`, decided upon by `decide.ts`, executed by any data plane. Structured-cloneable: it crosses to the workers.
 */
import type { Labels } from '../../../model/mesh-object.ts';
import type { SourceRef } from '../../../../shared/resource.ts';
import type { PathNormalization } from './request-path.ts';

/** RE2 full match, as Envoy's `safe_regex`. `present` is the empty matcher of Istio: any value. */
export type StringMatch =
  | { readonly type: 'exact'; readonly value: string; readonly ignoreCase?: boolean }
  | { readonly type: 'prefix'; readonly value: string; readonly ignoreCase?: boolean }
  | { readonly type: 'regex'; readonly value: string }
  | { readonly type: 'present' };

/** All conditions must hold. */
export interface CompiledMatch {
  /** `http[1].match[0]`. */
  readonly name: string;
  /** Of the path without query. */
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly scheme?: StringMatch;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, StringMatch>>;
  /** Must not match. A missing header counts as empty for value matches; `present` means: must be absent. */
  readonly withoutHeaders: Readonly<Record<string, StringMatch>>;
  readonly queryParams: Readonly<Record<string, StringMatch>>;
}

/** Carried out in Envoy's order: remove, then set, then add. */
export interface HeaderOperations {
  /** Overwrites. Names in lower case. */
  readonly set: Readonly<Record<string, string>>;
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

export interface CompiledDestination {
  /** Id of the upstream; absent in `upstreams` means: nothing to send to, 503 NC. */
  readonly upstream: string;
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly subset?: string;
  readonly port: number;
  readonly weight: number;
  /** Host the backend receives, where this destination's header operations set it. The rule's own rewrite wins. */
  readonly authority?: string;
  /** Of the rule and the destination together, as the order between them depends on the number of destinations. */
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
}

export interface CompiledRetry {
  /** Extra tries. 0: none. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** Envoy's names: connect-failure, refused-stream, unavailable, cancelled, 5xx, gateway-error, reset, retriable-4xx … */
  readonly retryOn: readonly string[];
  readonly retriableStatusCodes: readonly number[];
  /** Base of the back-off, Envoy's 25 ms unless said. */
  readonly backoffMs: number;
  /** Prefer an endpoint not tried yet. */
  readonly avoidPreviousHosts: boolean;
}

export interface CompiledFault {
  readonly delay?: { readonly ms: number; readonly percent: number };
  /** `grpcStatus`: the number of the gRPC code; the HTTP status is 200 then. */
  readonly abort?: { readonly status: number; readonly grpcStatus?: number; readonly percent: number };
}

export interface CompiledMirror {
  readonly destination: CompiledDestination;
  readonly percent: number;
}

export interface CompiledRewrite {
  /** Replaces the matched prefix, or the whole path where the match was exact or a regex. */
  readonly uri?: string;
  readonly uriRegex?: { readonly match: string; readonly rewrite: string };
  readonly authority?: string;
}

export interface HashPolicy {
  readonly header?: string;
  readonly cookie?: { readonly name: string; readonly path?: string; readonly ttlMs: number };
  readonly sourceIp?: boolean;
  readonly queryParameter?: string;
}

export interface CompiledForward {
  readonly type: 'forward';
  readonly destinations: readonly CompiledDestination[];
  readonly rewrite?: CompiledRewrite;
  readonly mirrors: readonly CompiledMirror[];
  /** 0: none. Starts when the whole request was received and includes retries. */
  readonly timeoutMs: number;
  readonly retry: CompiledRetry;
}

export interface CompiledRedirect {
  readonly type: 'redirect';
  readonly status: number;
  readonly uri?: string;
  readonly prefixRewrite?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  /** `FROM_REQUEST_PORT`: the port the request came in on; otherwise the scheme's. */
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
}

export interface CompiledDirectResponse {
  readonly type: 'direct';
  readonly status: number;
  readonly body: string;
}

/** One entry of a route: the first whose matches fit is taken. */
export interface CompiledRule {
  /** The rule's own name, else `http[1]`. */
  readonly name: string;
  readonly source?: SourceRef;
  /** OR; empty: always. */
  readonly matches: readonly CompiledMatch[];
  readonly action: CompiledForward | CompiledRedirect | CompiledDirectResponse;
  /** Empty for a forward, whose operations stand in its destinations. */
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  readonly fault?: CompiledFault;
}

export interface CompiledVirtualHost {
  readonly name: string;
  /** Lower case: exact hosts, `*.suffix`, or `*`; with and without `:port`. */
  readonly domains: readonly string[];
  readonly source?: SourceRef;
  readonly rules: readonly CompiledRule[];
}

/** All virtual hosts a proxy knows on one port. Domain search: exact, then longest `*.suffix`, then `*`. */
export interface CompiledHttpRoutes {
  readonly port: number;
  readonly virtualHosts: readonly CompiledVirtualHost[];
  /** Hosts no virtual host knows: forward to where they point (ALLOW_ANY), or refuse with 502 (REGISTRY_ONLY). */
  readonly unknownHosts: 'passthrough' | 'refuse';
}

/** TCP: by destination host and port; weights as in HTTP. */
export interface CompiledTcpRoute {
  readonly port: number;
  readonly host: string;
  /** Other names of the host: short names, wildcards. Lower case; absent: `host` only. */
  readonly domains?: readonly string[];
  readonly source?: SourceRef;
  readonly destinations: readonly CompiledDestination[];
}

export type LoadBalancerPolicy =
  | { readonly type: 'round-robin' | 'random' | 'least-request' | 'passthrough' }
  | { readonly type: 'ring-hash'; readonly minimumRingSize: number; readonly hash: HashPolicy }
  | { readonly type: 'maglev'; readonly tableSize: number; readonly hash: HashPolicy };

export interface OutlierDetection {
  /** 0: off. */
  readonly consecutive5xx: number;
  /** 0: off. */
  readonly consecutiveGatewayErrors: number;
  readonly splitExternalLocalOriginErrors: boolean;
  readonly consecutiveLocalOriginFailures: number;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly maxEjectionPercent: number;
  /** 0: panic routing off. */
  readonly minHealthPercent: number;
}

export interface ConnectionPool {
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRequestsPerConnection: number;
  readonly maxRetries: number;
  readonly idleTimeoutMs: number;
}

/** How the client side secures the connection to an endpoint. `auto`: mutual where the endpoint has a sidecar that takes it. */
export type UpstreamTls =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' }
  | { readonly mode: 'istio-mutual'; readonly sni?: string; readonly subjectAltNames: readonly string[] }
  | {
      readonly mode: 'simple';
      readonly sni?: string;
      readonly subjectAltNames: readonly string[];
      readonly insecureSkipVerify: boolean;
      /** MUTUAL with certificates of the caller's own, in files or a secret; not of the mesh. */
      readonly clientCertificate?: {
        readonly certificateFile?: string;
        readonly privateKeyFile?: string;
        readonly caFile?: string;
        readonly credentialName?: string;
      };
    };

type EndpointHealth = 'healthy' | 'unhealthy' | 'draining';

export interface UpstreamEndpoint {
  /** Id of the instance. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly health: EndpointHealth;
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly labels: Labels;
  /** SPIFFE id the server must present; empty for endpoints without a sidecar. */
  readonly principal: string;
  /** What the endpoint's own sidecar takes. `none`: it has no sidecar. */
  readonly inboundTls: 'none' | 'permissive' | 'strict' | 'disable';
}

/** A group of endpoints: Envoy's cluster. */
export interface Upstream {
  /** `outbound|9080|v1|reviews.bookinfo.svc.cluster.local`. */
  readonly id: string;
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly subset?: string;
  readonly port: number;
  readonly protocol: 'http' | 'tcp';
  readonly loadBalancer: LoadBalancerPolicy;
  readonly outlier?: OutlierDetection;
  readonly pool: ConnectionPool;
  readonly tls: UpstreamTls;
  readonly endpoints: readonly UpstreamEndpoint[];
  /** Endpoints come when they are asked for: the data plane tells of the demand, and requests wait for the next config. */
  readonly onDemand?: boolean;
  readonly source?: SourceRef;
}

/** Everything one proxy needs for calls that leave it (a gateway: for calls that enter the mesh through it). */
export interface CompiledRoutes {
  readonly http: readonly CompiledHttpRoutes[];
  readonly tcp: readonly CompiledTcpRoute[];
  readonly upstreams: readonly Upstream[];
  /** Of ports that no table of `http` has; absent: as in the tables. */
  readonly unknownHosts?: 'passthrough' | 'refuse';
  /** `meshConfig.pathNormalization`; absent: BASE. */
  readonly pathNormalization?: PathNormalization;
}

export interface CompileProblem {
  /** `error`: Istio would reject the object, or the route cannot work. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly source?: SourceRef;
}

export const noHeaderOperations: HeaderOperations = { set: {}, add: {}, remove: [] };
