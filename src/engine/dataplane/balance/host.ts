import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { Timer } from './balancer-dependencies.ts';
import { hashString } from './hash32.ts';

/** What outlier detection remembers of one host. */
export interface OutlierState {
  consecutive5xx: number;
  consecutiveGatewayErrors: number;
  consecutiveLocalFailures: number;
  /** Ejections counted against it; the next ejection lasts base × (this + 1), as far as the maximum allows. */
  multiplier: number;
  /** When it last came back, for the decay of `multiplier`. */
  returnedAt: number;
  /** Set while it is ejected. */
  timer?: Timer;
}

/** One endpoint with what this proxy knows of it. */
export class Host {
  readonly id: string;
  readonly key: string;
  /** Of the id, 32 bits. */
  readonly hash: number;
  endpoint: UpstreamEndpoint;
  /** At least 1. */
  weight: number;
  /** Requests in flight. */
  active = 0;
  checkFailed = false;
  ejected = false;
  /** In the set that picks are made from at this moment. */
  isCandidate = false;
  readonly outlier: OutlierState = {
    consecutive5xx: 0,
    consecutiveGatewayErrors: 0,
    consecutiveLocalFailures: 0,
    multiplier: 0,
    returnedAt: 0,
  };

  constructor(endpoint: UpstreamEndpoint) {
    this.id = endpoint.id;
    this.key = hostKey(endpoint);
    this.hash = hashString(endpoint.id);
    this.endpoint = endpoint;
    this.weight = weightOf(endpoint);
  }

  refresh(endpoint: UpstreamEndpoint): void {
    this.endpoint = endpoint;
    this.weight = weightOf(endpoint);
  }

  get healthy(): boolean {
    return this.endpoint.health === 'healthy' && !this.checkFailed && !this.ejected;
  }
}

/** State belongs to an instance at an address: a process that comes back on another port starts afresh. */
export function hostKey(endpoint: UpstreamEndpoint): string {
  return `${endpoint.id} ${endpoint.address} ${endpoint.port}`;
}

/** Envoy takes weights from 1 (`load_balancing_weight`); Istio writes 1 where none is given. */
function weightOf(endpoint: UpstreamEndpoint): number {
  return endpoint.weight >= 1 ? Math.min(endpoint.weight, 0xffff_ffff) : 1;
}
