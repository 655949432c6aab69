import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import { singleAddressUpstream } from './application-upstream.ts';
import { UpstreamRuntime, type UpstreamDependencies } from './upstream-runtime.ts';

/** Why a host that no route knows is not forwarded to. */
export type PassthroughRefusal = 'not-loopback' | 'unresolved' | 'own-listener';

export const passthroughRefusals: Readonly<Record<PassthroughRefusal, string>> = {
  'not-loopback':
    'The mesh does not know this host, and hosts outside the mesh are forwarded only where they are on this machine.',
  unresolved: 'The mesh does not know this host, and its name does not resolve.',
  'own-listener': 'The request was addressed to the proxy itself.',
};

const maxTargets = 200;

/**
 * Forwards to hosts the mesh does not know (Istio's ALLOW_ANY), but only to loopback addresses and names that resolve
 * there: the listeners of a developer's machine must not be an open proxy into the networks it can reach.
 */
export class Passthrough {
  readonly #deps: UpstreamDependencies;
  readonly #ownPorts: ReadonlySet<number>;
  readonly #upstreams = new Map<string, UpstreamRuntime>();

  /** `ownPorts`: listeners of data planes here, to which nothing may be forwarded in a circle. */
  constructor(deps: UpstreamDependencies, ownPorts: ReadonlySet<number>) {
    this.#deps = deps;
    this.#ownPorts = ownPorts;
  }

  async upstream(host: string, port: number): Promise<UpstreamRuntime | PassthroughRefusal> {
    const address = net.isIP(host) > 0 ? host : await loopbackAddressOf(host);
    if (address === 'unresolved') return address;
    if (address === undefined || !isLoopback(address)) return 'not-loopback';
    if (this.#ownPorts.has(port)) return 'own-listener';
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

/** 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  const plain = mapped?.[1] ?? address;
  return net.isIPv4(plain) ? plain.startsWith('127.') : plain === '::1' || plain === '0:0:0:0:0:0:0:1';
}
