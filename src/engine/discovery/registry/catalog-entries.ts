/** What the catalog holds: instances of services, and checks that say how they are. */
import type { LocalServicePort } from '../../../shared/local-mesh.ts';
import type { Labels } from '../../model/mesh-object.ts';

/** Worst last. */
export const checkStatuses = ['passing', 'warning', 'critical'] as const;
export type CheckStatus = (typeof checkStatuses)[number];

/** How a check finds out. `reported`: by whoever set it up (the supervisor for a process, a person for maintenance). */
export type CheckDefinition =
  | {
      readonly type: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, readonly string[]>>;
      readonly body: string;
      readonly followRedirects: boolean;
      readonly intervalMs: number;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly intervalMs: number;
      readonly timeoutMs: number;
    }
  | { readonly type: 'ttl'; readonly ttlMs: number }
  | { readonly type: 'reported' };

/** Consecutive probes it takes to change the status, as Consul counts them. */
export interface CheckThresholds {
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
}

export interface CheckRegistration {
  /** Unique on its node. */
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  readonly definition: CheckDefinition;
  readonly initialStatus: CheckStatus;
  readonly thresholds: CheckThresholds;
  /** The instance is deregistered when the check is critical for as long as this. */
  readonly deregisterAfterMs?: number;
}

export interface CatalogCheck extends CheckRegistration {
  readonly node: string;
  /** Key of the instance it is about; absent: about the node. */
  readonly instance?: string;
  readonly status: CheckStatus;
  readonly output: string;
  /** Milliseconds since the epoch of the last change of `status`. */
  readonly since: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface InstanceRegistration {
  /** Unique on its node: `reviews-v1-0`. */
  readonly id: string;
  readonly service: string;
  readonly origin: 'file' | 'api';
  readonly kind: 'process' | 'address' | 'gateway' | 'registered';
  readonly workload: string;
  readonly version: string;
  /** Complete, `app` and `version` included. */
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Where the application itself listens, with its port for each port name of the service. */
  readonly address: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly weights: { readonly passing: number; readonly warning: number };
  readonly enableTagOverride: boolean;
  readonly checks: readonly CheckRegistration[];
  /** Node it was registered on; absent: this machine. */
  readonly node?: string;
  /** Ports of the service, where the registration itself is what declares the service. */
  readonly servicePorts?: readonly LocalServicePort[];
}

export interface CatalogInstance extends Omit<InstanceRegistration, 'checks' | 'node' | 'servicePorts'> {
  /** Names it in the catalog: its id, prefixed with `node/` on any other node than this machine. */
  readonly key: string;
  readonly namespace: string;
  readonly node: string;
  /** Where its sidecar takes calls from other sidecars, a port of 127.0.0.1 by port name; absent: it has none. */
  readonly inbound?: Readonly<Record<string, number>>;
  /** The worst of its checks, since when (milliseconds since the epoch), and what that check said. */
  readonly health: CheckStatus;
  readonly since: number;
  readonly reason: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface CatalogService {
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly LocalServicePort[];
  /** `file`: declared, and there without any instance; `api`: there as long as it has instances. */
  readonly origin: 'file' | 'api';
}

export interface CatalogNode {
  readonly name: string;
  readonly address: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export type CatalogEvent =
  | { readonly type: 'registered' | 'deregistered' | 'address-changed'; readonly instance: CatalogInstance }
  | { readonly type: 'health-changed'; readonly instance: CatalogInstance; readonly previous: CheckStatus }
  /** A check came, went or was defined anew: whoever runs checks looks again. */
  | { readonly type: 'checks-changed'; readonly check: string };

export function worstStatus(statuses: Iterable<CheckStatus>): CheckStatus {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, checkStatuses.indexOf(status));
  return checkStatuses[worst] ?? 'critical';
}

/** Consul's: every result counts. */
export const defaultThresholds: CheckThresholds = {
  successBeforePassing: 0,
  failuresBeforeWarning: 0,
  failuresBeforeCritical: 0,
};
