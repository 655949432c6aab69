import { ClientConnection, type ClientConnectionOwner } from '../http/client-connection.ts';
import type { Upstream, UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { LinkTls } from '../tls/link-security.ts';
import { connectUpstream, transportOf, type Transport } from './connect-upstream.ts';
import type { PeerLabels } from './peer-metadata.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/** Receives a connection to send one request on, or hears why there is none. */
export interface ConnectionTaker {
  onConnection(connection: ClientConnection): void;
  onNoConnection(failure: UpstreamFailure): void;
}

/** What all pools of one upstream share: limits are per upstream, as Envoy's circuit breakers are. */
export interface PoolShare {
  readonly upstream: Upstream;
  readonly link: LinkTls;
  /** Cluster the endpoints run in. */
  readonly cluster: string;
  connections: number;
  pending: number;
  now(): number;
  onReachable(endpoint: UpstreamEndpoint, reachable: boolean, detail: string): void;
}

/** Envoy closes idle upstream connections after an hour. */
const defaultIdleMs = 3_600_000;

/** A server that announces when it closes is about to do so; requests that were under way then would meet a closed door. */
const keepAliveMargin = 0.8;

/**
 * Connections to one endpoint that are opened at the same time; further requests wait for the first that is open or free.
 * After a moment's pause many requests come at once: a handshake for each of them takes the processor from answering, so
 * that more come together for the next pause, without end; and the accept queue of a listener is bounded (511 by Node,
 * 128 on many systems): what exceeds it is tried again by the kernel after seconds only.
 */
const mostConnecting = 8;

/** Connections of one proxy to one endpoint. */
export class EndpointPool implements ClientConnectionOwner {
  endpoint: UpstreamEndpoint;
  labels: PeerLabels;
  /** It has answered requests: it speaks HTTP. */
  answered = false;
  readonly #share: PoolShare;
  readonly #idle: ClientConnection[] = [];
  readonly #connections = new Set<ClientConnection>();
  readonly #waiting: ConnectionTaker[] = [];
  readonly #connecting = new Set<() => void>();
  #transport: Transport;
  #reachable = true;
  #closed = false;

  constructor(endpoint: UpstreamEndpoint, share: PoolShare) {
    this.endpoint = endpoint;
    this.labels = labelsOf(endpoint, share.cluster);
    this.#share = share;
    this.#transport = transportOf(share.upstream.tls, endpoint, share.link);
  }

  /** Takes over what changed of an endpoint whose address stayed. */
  update(endpoint: UpstreamEndpoint): void {
    this.endpoint = endpoint;
    this.labels = labelsOf(endpoint, this.#share.cluster);
    const transport = transportOf(this.#share.upstream.tls, endpoint, this.#share.link);
    if (transport === this.#transport) return;
    this.#transport = transport;
    // A plaintext connection must not serve requests that are now to be authenticated, nor the other way round.
    for (const connection of [...this.#connections]) connection.retire();
  }

  /** Gives `taker` an idle connection at once, or a new one later. */
  acquire(taker: ConnectionTaker, now: number): void {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.usable && now - idle.idleSince < idle.keepAliveMs * keepAliveMargin) {
        taker.onConnection(idle);
        return;
      }
      idle.abort();
    }
    const { pool } = this.#share.upstream;
    if (this.#share.pending >= pool.maxPendingRequests) {
      taker.onNoConnection({ kind: 'overflow', detail: '' });
      return;
    }
    this.#share.pending++;
    this.#waiting.push(taker);
    this.#openIfAllowed();
  }

  /** A taker that does not want a connection any more. */
  cancel(taker: ConnectionTaker): void {
    const at = this.#waiting.indexOf(taker);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.#share.pending--;
  }

  onReusable(connection: ClientConnection): void {
    this.answered = true;
    const { maxRequestsPerConnection } = this.#share.upstream.pool;
    const spent = maxRequestsPerConnection > 0 && connection.requests >= maxRequestsPerConnection;
    if (this.#closed || spent) {
      connection.retire();
      return;
    }
    this.#offer(connection);
  }

  onGone(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#share.connections--;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#waiting.length > this.#connecting.size) this.#openIfAllowed();
  }

  /** One of them was found dead: the others have most likely died of the same, and would fail the next requests. */
  dropIdle(): void {
    for (const connection of [...this.#idle]) connection.abort();
  }

  /** Closes connections that were idle for too long. */
  sweep(now: number): void {
    const limit = this.#share.upstream.pool.idleTimeoutMs || defaultIdleMs;
    for (const connection of [...this.#idle]) {
      if (now - connection.idleSince > limit || !connection.usable) connection.abort();
    }
  }

  /** Idle connections close now, the others with their response; nothing new is opened. */
  drain(): void {
    this.#closed = true;
    for (const connection of [...this.#connections]) connection.retire();
  }

  /** Notes the outcome of a connect; a change is reported. */
  observe(reachable: boolean, detail: string): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    this.#share.onReachable(this.endpoint, reachable, detail);
  }

  /** Breaks off what is still under way. */
  close(): void {
    this.drain();
    for (const abort of this.#connecting) abort();
    this.#share.connections -= this.#connecting.size;
    this.#connecting.clear();
    for (const taker of this.#waiting.splice(0)) {
      this.#share.pending--;
      taker.onNoConnection({ kind: 'local-reset', detail: '' });
    }
    for (const connection of [...this.#connections]) connection.reset();
  }

  #openIfAllowed(): void {
    const used = this.#connections.size + this.#connecting.size;
    if (this.#connecting.size >= mostConnecting) return;
    // One connection is always allowed, else a limit below the number of endpoints would starve some of them.
    if (used > 0 && this.#share.connections >= this.#share.upstream.pool.maxConnections) return;
    this.#share.connections++;
    const abort = connectUpstream(
      {
        endpoint: this.endpoint,
        policy: this.#share.upstream.tls,
        link: this.#share.link,
        timeoutMs: this.#share.upstream.pool.connectTimeoutMs || 10_000,
        takesReader: true,
      },
      (result) => {
        this.#connecting.delete(abort);
        if ('socket' in result) {
          this.observe(true, '');
          const connection = new ClientConnection(result.socket, this, result);
          this.#connections.add(connection);
          this.#offer(connection);
        } else {
          this.#share.connections--;
          this.observe(false, result.detail === '' ? result.kind : result.detail);
          this.#failOne(result);
          // An endpoint that swallows connections would let those that wait for their turn wait many times as long.
          if (result.kind === 'connection-timeout')
            while (this.#waiting.length > this.#connecting.size) this.#failOne(result);
        }
        if (this.#waiting.length > this.#connecting.size) this.#openIfAllowed();
      },
    );
    this.#connecting.add(abort);
  }

  #failOne(failure: UpstreamFailure): void {
    const taker = this.#waiting.shift();
    if (taker === undefined) return;
    this.#share.pending--;
    taker.onNoConnection(failure);
  }

  #offer(connection: ClientConnection): void {
    const taker = this.#waiting.shift();
    if (taker !== undefined) {
      this.#share.pending--;
      taker.onConnection(connection);
    } else if (this.#closed) {
      connection.retire();
    } else {
      connection.idleSince = this.#share.now();
      this.#idle.push(connection);
    }
  }
}

function labelsOf(endpoint: UpstreamEndpoint, cluster: string): PeerLabels {
  return {
    instance: endpoint.id,
    workload: endpoint.workload || 'unknown',
    namespace: endpoint.namespace || 'unknown',
    app: endpoint.app || 'unknown',
    version: endpoint.version || 'unknown',
    cluster,
    principal: endpoint.principal || 'unknown',
  };
}
