/**
 * What the engine asks of a data plane. The embedded one (worker threads) implements it; a real Envoy can, from the same
 * compiled routes.
 */
import type { Labels } from '../model/mesh-object.ts';
import type { CompiledRoutes } from '../policy/semantics/routing/compiled.ts';
import type { DataPlaneReport } from './report.ts';

export interface Disposable {
  dispose(): void;
}

/** Who a proxy speaks for; becomes labels of metrics and the resource of spans. */
export interface ProxyIdentity {
  /** Id of the instance, unique in the mesh: `bookinfo/reviews-v1-0`. */
  readonly instance: string;
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly labels: Labels;
  /** `spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews`. */
  readonly principal: string;
  readonly cluster: string;
}

export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** The inbound side of a sidecar for one port of its application. */
export interface InboundListener {
  /** Name of the port, unique in the proxy. */
  readonly name: string;
  readonly protocol: 'http' | 'tcp';
  /** 0: the system chooses; the choice is kept while the proxy lives. */
  readonly port: number;
  readonly mtls: MtlsMode;
  readonly application: { readonly address: string; readonly port: number };
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string; readonly port: number };
}

/**
 * The outbound side. `proxy` takes requests in absolute form, in origin form with a Host header, and CONNECT; `gateway` is
 * an HTTP listener of a gateway: origin form, every host by the routes of `routePort`; `tcp` forwards a port of one service;
 * `service` does so too, but routes as requests what is HTTP.
 */
export interface OutboundListener {
  readonly name: string;
  readonly type: 'proxy' | 'gateway' | 'tcp' | 'service';
  /** Always on 127.0.0.1; 0: the system chooses. */
  readonly port: number;
  /** `gateway`, `tcp` and `service`: the port of the compiled routes to use. */
  readonly routePort?: number;
  /** `tcp` and `service`: the host whose route to use. */
  readonly host?: string;
  /** `proxy` and `service`: web pages from elsewhere get nothing through it, see `web-page-guard.ts`. */
  readonly guarded?: boolean;
}

export interface ForwardProxy {
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; never logged. */
  readonly authorization?: string;
}

/** How hosts that the mesh does not know are reached over the network, as by an ordinary forward proxy. */
export interface NetworkEgress {
  /** `host:port` of what may not be reached this way, beside this machine and link-local addresses. */
  readonly refused: readonly string[];
  /** The person's own proxies, for plain HTTP and for tunnels. */
  readonly httpProxy?: ForwardProxy;
  readonly httpsProxy?: ForwardProxy;
  /** Hosts reached without them: names with everything below, addresses, `host:port`, `*`. */
  readonly noProxy: readonly string[];
}

/** How sidecars authenticate each other. Keys never leave the process. */
export type LinkSecurity =
  | {
      readonly type: 'certificates';
      readonly certificatePem: string;
      readonly privateKeyPem: string;
      readonly trustBundlePem: string;
    }
  | { readonly type: 'shared-key'; readonly identity: string; readonly key: Uint8Array }
  | { readonly type: 'none' };

export interface ActiveHealthCheck {
  readonly upstream: string;
  readonly type: 'http' | 'tcp';
  readonly path?: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

/** The whole wanted state of one proxy. Applying it again changes only what differs; counters and ejections stay. */
export interface ProxyConfig {
  readonly identity: ProxyIdentity;
  readonly kind: 'sidecar' | 'gateway';
  readonly generation: number;
  readonly inbound: readonly InboundListener[];
  readonly outbound: readonly OutboundListener[];
  readonly routes: CompiledRoutes;
  readonly healthChecks: readonly ActiveHealthCheck[];
  readonly security: LinkSecurity;
  /** Absent: hosts the mesh does not know are forwarded to on this machine only. */
  readonly egress?: NetworkEgress;
}

export interface BoundListeners {
  /** Ports by listener name. */
  readonly inbound: Readonly<Record<string, number>>;
  readonly outbound: Readonly<Record<string, number>>;
}

export interface DataPlane {
  /** Creates or updates a proxy. Rejects, and keeps what ran, where the config cannot be applied. */
  apply(config: ProxyConfig): Promise<BoundListeners>;
  /** Drains for at most `drainMs`, then closes. */
  remove(instance: string, drainMs: number): Promise<void>;
  /**
   * Reports come once a second, at once for what cannot wait (endpoint events), and several times a second for a moment
   * after a config of another generation was applied.
   */
  onReport(listener: (report: DataPlaneReport) => void): Disposable;
  /** Asks for a report now: resolves when it was delivered. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
