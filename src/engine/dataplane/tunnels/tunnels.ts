import type { WebSocketTarget } from '../../web-socket-target.ts';

/** A port of a pod in a cluster. */
export interface PodTarget {
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  /** Of the pod itself, not of a service. */
  readonly port: number;
}

/** The same for the same port of the same pod. */
export function targetKey({ context, namespace, pod, port }: PodTarget): string {
  return JSON.stringify([context, namespace, pod, port]);
}

/**
 * Finds the WebSocket of a port-forward: `GET /api/v1/namespaces/{ns}/pods/{pod}/portforward?ports={port}`. Rejections are
 * shown to people. `refused`: the API server answered 401 to that one, so other credentials are wanted if there are any.
 */
export type PodDialer = (target: PodTarget, refused?: WebSocketTarget) => Promise<WebSocketTarget>;

/**
 * What happens to tunnels, for status and events. Each 'opened' is followed by one 'closed' or 'failed' of the same target;
 * a 'failed' without it is a target that could not be dialled, or all of a way whose worker had to be started again.
 */
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
