/** What the dev proxy shall do. */
export interface DevProxyParams {
  readonly context: string;
  /** Names without a namespace are looked for here, in this order; the first is the laptop's own namespace. */
  readonly namespaces: readonly string[];
  /** Unsaved text of the workspace counts as policy. */
  readonly includeUnsaved?: boolean;
  /** Services that get a loopback port of their own, `reviews.bookinfo:9080`. */
  readonly services?: readonly string[];
  /** Loopback port of the proxy; 0 or absent: the system chooses, and the last choice is kept. */
  readonly port?: number;
  /** Local processes that stand in for a workload: its callers on the laptop reach them instead. */
  readonly standIns?: readonly StandIn[];
}

export interface StandIn {
  readonly namespace: string;
  readonly workload: string;
  /** Port of the workload → local address `127.0.0.1:port`. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface DevProxyService {
  readonly host: string;
  readonly port: number;
  /** `127.0.0.1:port` of its own listener. */
  readonly listener?: string;
  readonly endpoints: { readonly ready: number; readonly total: number };
  readonly message?: string;
}

export interface DevProxyStatus {
  readonly phase: 'stopped' | 'starting' | 'running' | 'degraded' | 'stopping';
  readonly context?: string;
  readonly namespaces: readonly string[];
  /** `http://127.0.0.1:port`. */
  readonly address?: string;
  readonly includeUnsaved: boolean;
  readonly services: readonly DevProxyService[];
  readonly standIns: readonly StandIn[];
  /** Open tunnels to pods. */
  readonly tunnels: number;
  /** Environment for programs that shall use it: proxies, NO_PROXY, and the ports of services. */
  readonly environment: Readonly<Record<string, string>>;
  /** What goes wrong, or what is not enforced on this way, in a sentence. */
  readonly message?: string;
}

export const stoppedDevProxy: DevProxyStatus = {
  phase: 'stopped',
  namespaces: [],
  includeUnsaved: false,
  services: [],
  standIns: [],
  tunnels: 0,
  environment: {},
};
