import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import { announcingPath } from '../tunnel-announcement.ts';
import { targetKey, type PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import type { PodConnector } from './pod-connector.ts';
import type { PortForwardStream } from './port-forward-stream.ts';
import { TunnelRelay, type RelayObserver } from './tunnel-relay.ts';

/** Each connection is a long request of the API server; who wants more than this at once has a fault. */
const mostConnections = 1024;
/** Handshakes of one way at the same time: a burst must not starve those it began with. */
const mostDialling = 24;
/** A target that could not be dialled is tried after the others for so long. */
const avoidMs = 5000;

export type ListenerObserver = Omit<RelayObserver, 'onFinished'>;

/** One way into the pods of a name: its socket, and what is connected to it. */
export class TunnelListener {
  readonly #connector: PodConnector;
  readonly #observer: ListenerObserver;
  readonly #servers: readonly Server[];
  readonly #relays = new Set<TunnelRelay>();
  readonly #avoided = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #targets: readonly PodTarget[];
  #turn = 0;
  #dialling = 0;
  #idle: (() => void) | undefined;

  constructor(targets: readonly PodTarget[], connector: PodConnector, observer: ListenerObserver) {
    this.#targets = targets;
    this.#connector = connector;
    this.#observer = observer;
    this.#servers = [false, true].map((announces) => {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
        this.#accept(client, announces);
      });
      server.maxConnections = mostConnections;
      return server;
    });
  }

  /** `path` is in a folder of our own: what is there already was left by a thread that died. */
  async listen(path: string): Promise<void> {
    const paths = [path, announcingPath(path)];
    try {
      await Promise.all(this.#servers.map((server, index) => listen(server, paths[index] ?? path)));
    } catch (error) {
      for (const server of this.#servers) server.close();
      throw error;
    }
  }

  /** For new connections; those that stand keep theirs. */
  update(targets: readonly PodTarget[]): void {
    this.#targets = targets;
    const known = new Set(targets.map(targetKey));
    for (const key of this.#avoided.keys()) if (!known.has(key)) this.#avoided.delete(key);
  }

  /** Accepts nothing from now on; resolves when all connections have ended, the last of them by force after `drainMs`. */
  async close(drainMs: number): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    if (this.#relays.size > 0) {
      const timer = setTimeout(() => {
        for (const relay of [...this.#relays]) relay.destroy();
      }, drainMs);
      await new Promise<void>((resolve) => (this.#idle = resolve));
      clearTimeout(timer);
    }
    await Promise.all(closed);
  }

  #accept(client: Socket, announces: boolean): void {
    const turn = this.#turn++;
    const relay = new TunnelRelay({
      client,
      targets: () => this.#inTurn(turn),
      announces,
      connect: (target, signal) => this.#connect(target, signal),
      observer: {
        onOpened: (target) => {
          this.#avoided.delete(targetKey(target));
          this.#observer.onOpened(target);
        },
        onUndialed: (target, failure, again) => {
          this.#avoid(target, failure);
          this.#observer.onUndialed(target, failure, again);
        },
        onClosed: (target, failure) => {
          if (failure?.beforeApplication) this.#avoid(target, failure);
          this.#observer.onClosed(target, failure);
        },
        onFinished: () => {
          this.#relays.delete(relay);
          if (this.#relays.size === 0) this.#idle?.();
        },
      },
    });
    this.#relays.add(relay);
  }

  #avoid(target: PodTarget, { reason }: TunnelFailure): void {
    if (reason !== 'aborted') this.#avoided.set(targetKey(target), performance.now() + avoidMs);
  }

  #inTurn(turn: number): PodTarget[] {
    const first = turn % Math.max(1, this.#targets.length);
    const inTurn = [...this.#targets.slice(first), ...this.#targets.slice(0, first)];
    const now = performance.now();
    const avoided = (target: PodTarget): boolean => (this.#avoided.get(targetKey(target)) ?? 0) > now;
    return [...inTurn.filter((target) => !avoided(target)), ...inTurn.filter(avoided)];
  }

  async #connect(target: PodTarget, signal: AbortSignal): Promise<PortForwardStream> {
    if (this.#dialling >= mostDialling) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#dialling++;
    try {
      if (signal.aborted) throw new TunnelFailure('aborted', 'The connection was given up.');
      return await this.#connector.connect(target, signal);
    } finally {
      // The place is handed on as it is.
      const next = this.#waiting.shift();
      if (next === undefined) this.#dialling--;
      else next();
    }
  }
}

async function listen(server: Server, path: string): Promise<void> {
  if (process.platform !== 'win32') await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // What fails now is one accept, for want of descriptors: the next may succeed.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
