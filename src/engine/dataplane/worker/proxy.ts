import { ActiveChecks } from '../balance/active-checks.ts';
import { probeEndpoint } from '../balance/probes.ts';
import type { BoundListeners, ProxyConfig, ProxyIdentity } from '../data-plane.ts';
import { createRouter } from '../../policy/semantics/routing/decide.ts';
import { LinkTls } from '../tls/link-security.ts';
import { transportOf } from './connect-upstream.ts';
import { Demands } from './demands.ts';
import { InboundPort } from './inbound-port.ts';
import { OutboundPort } from './outbound-port.ts';
import type { OutboundRoutes } from './outbound-side.ts';
import { Passthrough } from './passthrough.ts';
import { encodePeer } from './peer-metadata.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import { UpstreamRuntime } from './upstream-runtime.ts';

export interface ProxyDependencies {
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  /** Ports of all outbound listeners of this worker. */
  readonly ownPorts: Set<number>;
}

/** A part that the config does not have any more. */
interface Leaving {
  readonly busy: boolean;
  drain(): void;
  close(): void;
}

/** One sidecar or gateway: its listeners, upstreams and routes. */
export class Proxy {
  readonly identity: ProxyIdentity;
  readonly recorder: TelemetryRecorder;
  readonly #deps: ProxyDependencies;
  readonly #link: LinkTls;
  readonly #passthrough: Passthrough;
  readonly #checks: ActiveChecks;
  readonly #inbound = new Map<string, InboundPort>();
  readonly #outbound = new Map<string, OutboundPort>();
  readonly #upstreams = new Map<string, UpstreamRuntime>();
  readonly #demands: Demands;
  /** Drained upstreams and listeners whose last requests still run. */
  readonly #leaving = new Set<Leaving>();
  #routes: OutboundRoutes;
  #generation: number;

  /** Throws where the security of the config cannot be used. `apply` must follow. */
  constructor(config: ProxyConfig, deps: ProxyDependencies) {
    this.identity = config.identity;
    this.recorder = deps.recorder;
    this.#deps = deps;
    this.#link = new LinkTls(config.security);
    this.#generation = config.generation;
    const { runtime, recorder } = deps;
    this.#passthrough = new Passthrough(
      { runtime, recorder, link: this.#link, reportsEndpoints: false },
      deps.ownPorts,
    );
    this.#routes = {
      generation: config.generation,
      router: createRouter({ http: [], tcp: [], upstreams: [] }),
      upstreams: this.#upstreams,
      passthrough: this.#passthrough,
    };
    this.#demands = new Demands(runtime, (upstream) => recorder.demand(upstream));
    this.#checks = new ActiveChecks([], {
      probe: (check, endpoint, signal) => {
        const policy = this.#upstreams.get(check.upstream)?.upstream.tls ?? { mode: 'none' };
        const mutual = transportOf(policy, endpoint, this.#link) === 'mutual' && endpoint.inboundTls === 'strict';
        return mutual
          ? probeEndpoint(check, endpoint, signal, () =>
              this.#link.connectTls({
                host: endpoint.address,
                port: endpoint.port,
                expectedPrincipals: endpoint.principal === '' ? [] : [endpoint.principal],
                timeoutMs: check.timeoutMs,
              }),
            )
          : probeEndpoint(check, endpoint, signal);
      },
      endpointsOf: (id) => this.#upstreams.get(id)?.upstream.endpoints ?? [],
      report: (id, endpoint, passed, detail) => this.#upstreams.get(id)?.balancer.checked(endpoint, passed, detail),
      setTimer: (fn, ms) => runtime.setTimer(fn, ms),
      random: () => runtime.random(),
    });
  }

  /** Makes `config` what runs, changing only what differs. What can fail comes first: if it does, nothing has changed. */
  async apply(config: ProxyConfig): Promise<BoundListeners> {
    const router = createRouter(config.routes);
    const opened: { close(): void }[] = [];
    const inbound = new Map<string, InboundPort>();
    const outbound = new Map<string, OutboundPort>();
    try {
      for (const listener of config.inbound) {
        const present = this.#inbound.get(listener.name);
        if (present && (listener.port === 0 || listener.port === present.listener.port)) {
          inbound.set(listener.name, present);
          continue;
        }
        const port = await InboundPort.open(
          listener,
          listener.port,
          { ...this.#deps, generation: () => this.#generation },
          this.#link,
        );
        opened.push(port);
        inbound.set(listener.name, port);
      }
      for (const listener of config.outbound) {
        const present = this.#outbound.get(listener.name);
        if (present && (listener.port === 0 || listener.port === present.listener.port)) {
          outbound.set(listener.name, present);
          continue;
        }
        const port = await OutboundPort.open(listener, listener.port, {
          runtime: this.#deps.runtime,
          recorder: this.#deps.recorder,
          peerHeaderValue: encodePeer(this.identity),
          isGateway: config.kind === 'gateway',
          routes: () => this.#routes,
          demand: (upstream) => this.#demands.wait(upstream),
        });
        opened.push(port);
        outbound.set(listener.name, port);
      }
      this.#link.update(config.security);
    } catch (error) {
      for (const port of opened) port.close();
      throw error;
    }
    this.#commit(config, router, inbound, outbound);
    return this.bound();
  }

  /** Of the config that runs. */
  get generation(): number {
    return this.#generation;
  }

  bound(): BoundListeners {
    const portsOf = (ports: ReadonlyMap<string, { readonly listener: { readonly port: number } }>) =>
      Object.fromEntries([...ports].map(([name, { listener }]) => [name, listener.port]));
    return { inbound: portsOf(this.#inbound), outbound: portsOf(this.#outbound) };
  }

  /** Ends what takes or idles too long. */
  sweep(now: number): void {
    for (const port of this.#inbound.values()) port.sweep(now);
    for (const port of this.#outbound.values()) port.sweep(now);
    for (const upstream of this.#upstreams.values()) upstream.sweep(now);
    this.#passthrough.sweep(now);
    for (const part of this.#leaving) {
      if (part.busy) continue;
      this.#leaving.delete(part);
      part.close();
    }
  }

  /** Stops accepting; resolves when the last connection has closed, at the latest after `drainMs`. */
  async remove(drainMs: number): Promise<void> {
    this.#checks.dispose();
    const ports = [...this.#inbound.values(), ...this.#outbound.values()];
    for (const port of ports) port.drain();
    const deadline = this.#deps.runtime.now() + drainMs;
    while (ports.some((port) => port.busy) && this.#deps.runtime.now() < deadline) {
      await new Promise<void>((resolve) => this.#deps.runtime.setTimer(resolve, 20));
    }
    this.close();
  }

  close(): void {
    this.#checks.dispose();
    this.#demands.close();
    // Upstreams first: requests under way are answered (503 LR) before their connections go.
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#passthrough.close();
    for (const port of this.#outbound.values()) {
      this.#deps.ownPorts.delete(port.listener.port);
      port.close();
    }
    for (const port of this.#inbound.values()) port.close();
    for (const leaving of this.#leaving) leaving.close();
  }

  #commit(
    config: ProxyConfig,
    router: OutboundRoutes['router'],
    inbound: ReadonlyMap<string, InboundPort>,
    outbound: ReadonlyMap<string, OutboundPort>,
  ): void {
    this.#generation = config.generation;
    const wanted = new Map(config.routes.upstreams.map((upstream) => [upstream.id, upstream]));
    for (const [id, upstream] of wanted) {
      const present = this.#upstreams.get(id);
      if (present) present.update(upstream);
      else {
        const { runtime, recorder } = this.#deps;
        const deps = { runtime, recorder, link: this.#link, reportsEndpoints: true };
        this.#upstreams.set(id, new UpstreamRuntime(upstream, deps));
      }
    }
    for (const [id, upstream] of [...this.#upstreams]) {
      if (wanted.has(id)) continue;
      this.#upstreams.delete(id);
      this.#leave(upstream);
    }
    this.#routes = { ...this.#routes, generation: config.generation, router };
    this.#passthrough.egress = config.egress;
    this.#demands.meet((id) => wanted.get(id)?.onDemand !== true);
    for (const listener of config.inbound) inbound.get(listener.name)?.update(listener);
    for (const listener of config.outbound) outbound.get(listener.name)?.update(listener);
    this.#replace(this.#inbound, inbound);
    this.#replace(this.#outbound, outbound);
    for (const port of this.#outbound.values()) this.#deps.ownPorts.add(port.listener.port);
    this.#checks.update(config.healthChecks);
  }

  #replace<Port extends InboundPort | OutboundPort>(
    present: Map<string, Port>,
    wanted: ReadonlyMap<string, Port>,
  ): void {
    for (const [name, port] of [...present]) {
      if (wanted.get(name) === port) continue;
      present.delete(name);
      this.#deps.ownPorts.delete(port.listener.port);
      this.#leave(port);
    }
    for (const [name, port] of wanted) present.set(name, port);
  }

  #leave(part: Leaving): void {
    part.drain();
    this.#leaving.add(part);
  }
}
