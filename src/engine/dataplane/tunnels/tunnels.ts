import type { WebSocketTarget } from '../../web-socket-target.ts';

/** A port of a pod in a cluster. */
export interface PodTarget {
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  /** Of the pod itself, not of a service. */
  readonly port: number;
}

/** Finds the WebSocket of a port-forward: `GET /api/v1/namespaces/{ns}/pods/{pod}/portforward?ports={port}`. */
export type PodDialer = (target: PodTarget) => Promise<WebSocketTarget>;

/** What happens to tunnels, for status and events. */
export interface TunnelEvent {
  readonly name: string;
  readonly kind: 'opened' | 'closed' | 'failed';
  readonly target: PodTarget;
  /** For people, where it failed. */
  readonly message?: string;
}

/**
 * Ways into pods through the API server. Each has a local socket (a Unix socket in a folder that only this user may enter, a
 * named pipe on Windows): every connection to it becomes one port-forward of its own. An HTTP client takes its path as
 * `socketPath`, the data plane as an endpoint's address.
 */
export interface Tunnels {
  /**
   * Opens a way of that name, or gives an open one new targets, and resolves with the path of its socket. A connection goes
   * to the targets in turn; one that cannot be dialled is passed over for the next.
   */
  open(name: string, targets: readonly PodTarget[]): Promise<string>;
  /** Ends a way: its socket at once, its connections after `drainMs`. */
  close(name: string, drainMs?: number): Promise<void>;
  /** Port-forwards that are open now. */
  readonly streams: number;
  onEvent(listener: (event: TunnelEvent) => void): { dispose(): void };
  dispose(): Promise<void>;
}
