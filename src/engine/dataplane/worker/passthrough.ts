import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import type { ForwardProxy, NetworkEgress } from '../data-plane.ts';
import { singleAddressUpstream } from './application-upstream.ts';
import { egressTarget, isLoopback } from './network-egress.ts';
import { UpstreamRuntime, type UpstreamDependencies } from './upstream-runtime.ts';

/** Why a host that no route knows is not forwarded to. */
export type PassthroughRefusal = 'not-loopback' | 'unresolved' | 'own-listener' | 'not-forwarded';

export const passthroughRefusals: Readonly<Record<PassthroughRefusal, string>> = {
  'not-loopback':
    'The mesh does not know this host, and hosts outside the mesh are forwarded only where they are on this machine.',
  unresolved: 'The mesh does not know this host, and its name does not resolve.',
  'own-listener': 'The request was addressed to the proxy itself.',
  'not-forwarded':
    'This proxy does not forward to this machine, to link-local addresses or to the API server. Call them directly: put the host into NO_PROXY.',
};

/** Where a request to a host that no route knows goes; `proxy`: through the person's own. */
export interface PassthroughTarget {
  readonly upstream: UpstreamRuntime;
  readonly proxy?: ForwardProxy;
}

const maxTargets = 200;

/**
 * Forwards to hosts the mesh does not know (Istio's ALLOW_ANY). Listeners of a developer's machine must not be an open proxy
 * into the networks it can reach, so without an egress only loopback addresses are forwarded to, and names that resolve
 * there.
 */
export class Passthrough {
  egress: NetworkEgress | undefined;
  readonly #deps: UpstreamDependencies;
  readonly #ownPorts: ReadonlySet<number>;
  readonly #upstreams = new Map<string, UpstreamRuntime>();

  /** `ownPorts`: listeners of data planes here, to which nothing may be forwarded in a circle. */
  constructor(deps: UpstreamDependencies, ownPorts: ReadonlySet<number>) {
    this.#deps = deps;
    this.#ownPorts = ownPorts;
  }

  async target(host: string, port: number, use: 'tunnel' | 'request'): Promise<PassthroughTarget | PassthroughRefusal> {
    if (this.egress) return this.#outside(this.egress, host, port, use);
    const address = net.isIP(host) > 0 ? host : await loopbackAddressOf(host);
    if (address === 'unresolved') return address;
    if (address === undefined || !isLoopback(address)) return 'not-loopback';
    if (this.#ownPorts.has(port)) return 'own-listener';
    return { upstream: this.#upstream(host, address, port) };
  }

  sweep(now: number): void {
    for (const upstream of this.#upstreams.values()) upstream.sweep(now);
  }

  drain(): void {
    for (const upstream of this.#upstreams.values()) upstream.drain();
  }

  close(): void {
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#upstreams.clear();
  }

  async #outside(
    egress: NetworkEgress,
    host: string,
    port: number,
    use: 'tunnel' | 'request',
  ): Promise<PassthroughTarget | PassthroughRefusal> {
    const target = await egressTarget(egress, host, port, use);
    switch (target.kind) {
      case 'refused':
        return isLoopback(host) && this.#ownPorts.has(port) ? 'own-listener' : 'not-forwarded';
      case 'unresolved':
        return 'unresolved';
      case 'proxy': {
        const { proxy } = target;
        return { upstream: this.#upstream(proxy.host, proxy.host, proxy.port), proxy };
      }
      case 'direct':
        return { upstream: this.#upstream(host, target.address, target.port) };
    }
  }

  #upstream(host: string, address: string, port: number): UpstreamRuntime {
    const key = `${address}|${port}`;
    let upstream = this.#upstreams.get(key);
    if (upstream === undefined) {
      if (this.#upstreams.size >= maxTargets) this.#forgetOldest();
      upstream = new UpstreamRuntime(
        singleAddressUpstream(
          'PassthroughCluster',
          { host, service: 'PassthroughCluster', namespace: 'unknown', port },
          { id: 'PassthroughCluster', address, port },
        ),
        this.#deps,
      );
      this.#upstreams.set(key, upstream);
    }
    return upstream;
  }

  #forgetOldest(): void {
    const oldest = this.#upstreams.entries().next().value;
    if (oldest === undefined) return;
    this.#upstreams.delete(oldest[0]);
    oldest[1].drain();
    oldest[1].balancer.dispose();
  }
}

async function loopbackAddressOf(host: string): Promise<string | undefined> {
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.find(({ address }) => isLoopback(address))?.address;
  } catch {
    return 'unresolved';
  }
}
