/** Envoy's TCP proxy: one connection in, one out, bytes both ways. */
import { endpointName } from '../endpoint-address.ts';
import type { Socket } from 'node:net';
import { connectUpstream } from './connect-upstream.ts';
import type { PeerLabels } from './peer-metadata.ts';
import { unknownPeer } from './peer-metadata.ts';
import type { ServiceLabels } from './request-series.ts';
import type { ResponseFlag } from './response-flags.ts';
import { epochTime, type Runtime } from './runtime.ts';
import { relaySockets } from './socket-relay.ts';
import type { RelayCount, TelemetryRecorder } from './telemetry-recorder.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

export interface TcpConnection {
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  readonly direction: 'inbound' | 'outbound';
  /** Paused, half-open allowed. */
  readonly client: Socket;
  /** Bytes of it that were read already. */
  readonly head: Buffer;
  readonly upstream: UpstreamRuntime | undefined;
  readonly upstreamName: string;
  readonly service: ServiceLabels;
  /** Inbound: who connected, as far as the connection proves it. */
  readonly source?: { readonly principal: string | undefined; readonly secure: boolean };
}

/** Nothing was sent before a connection stands, so another endpoint may be tried without harm. */
const maxConnectAttempts = 3;

/** Relays a client's connection to an endpoint of the upstream. `onClosed` is called once, when all is over. */
export function proxyTcp(connection: TcpConnection, onClosed: () => void): void {
  const { client, upstream, runtime } = connection;
  const startedAt = runtime.now();
  let abort: (() => void) | undefined;
  let settled = false;
  client.on('error', () => undefined);
  const give = (flag: ResponseFlag, endpoint?: PeerLabels): void => {
    if (settled) return;
    settled = true;
    client.destroy();
    const count = countOf(connection, endpoint, false, flag);
    connection.recorder.relayOpened(count);
    connection.recorder.relayClosed(count);
    log(connection, startedAt, count, undefined);
    onClosed();
  };
  const onClientGone = (): void => {
    abort?.();
    give('DC');
  };
  client.once('close', onClientGone);

  const attempt = (number: number, tried: Set<string>): void => {
    const pool = upstream?.pick({ tried });
    if (upstream === undefined || pool === undefined) {
      give(upstream === undefined ? 'NR' : 'UH');
      return;
    }
    if (upstream.connections >= upstream.upstream.pool.maxConnections) {
      give('UO');
      return;
    }
    const { endpoint } = pool;
    upstream.connections++;
    upstream.balancer.started(endpoint.id);
    const finish = (type: 'response' | 'connect-failure' | 'timeout' | 'cancelled'): void => {
      upstream.connections--;
      // A connection that stood counts as a success, as in Envoy.
      upstream.balancer.finished(endpoint.id, type === 'response' ? { type, status: 200 } : { type });
    };
    const timeoutMs = upstream.upstream.pool.connectTimeoutMs || 10_000;
    const cancel = connectUpstream(
      { endpoint, policy: upstream.upstream.tls, link: upstream.link, timeoutMs, takesReader: false },
      (result) => {
        if (!('socket' in result)) {
          finish(result.kind === 'connection-timeout' ? 'timeout' : 'connect-failure');
          pool.observe(false, result.detail === '' ? result.kind : result.detail);
          if (number < maxConnectAttempts && !settled) attempt(number + 1, tried.add(endpoint.id));
          else give('UF', pool.labels);
          return;
        }
        pool.observe(true, '');
        settled = true;
        client.removeListener('close', onClientGone);
        const count = countOf(connection, pool.labels, result.secure, undefined);
        connection.recorder.relayOpened(count);
        const ends = { client, clientHead: connection.head, server: result.socket, serverHead: Buffer.alloc(0) };
        relaySockets(ends, count, () => {
          finish('response');
          connection.recorder.relayClosed(count);
          log(connection, startedAt, count, endpointName(endpoint));
          onClosed();
        });
      },
    );
    abort = () => {
      cancel();
      finish('cancelled');
    };
  };
  attempt(1, new Set());
}

function countOf(
  { direction, service, source }: TcpConnection,
  endpoint: PeerLabels | undefined,
  secure: boolean,
  flag: ResponseFlag | undefined,
): RelayCount {
  const inbound = direction === 'inbound';
  const peer = inbound ? { ...unknownPeer, principal: source?.principal ?? 'unknown' } : (endpoint ?? unknownPeer);
  return {
    labels: {
      reporter: inbound ? 'destination' : 'source',
      peer,
      service,
      secure: inbound ? source?.secure === true : secure,
      flags: flag ?? '-',
    },
    received: 0,
    sent: 0,
  };
}

function log(connection: TcpConnection, startedAt: number, count: RelayCount, upstreamHost: string | undefined): void {
  const { client, recorder, runtime, direction, upstreamName } = connection;
  recorder.access({
    time: epochTime(startedAt),
    instance: recorder.identity.instance,
    direction,
    method: '-',
    path: '-',
    protocol: '-',
    status: 0,
    flags: count.labels.flags,
    requestBytes: count.received,
    responseBytes: count.sent,
    duration: runtime.now() - startedAt,
    requestId: '-',
    authority: '-',
    downstreamLocalAddress: `${client.localAddress ?? '-'}:${client.localPort ?? 0}`,
    downstreamRemoteAddress: `${client.remoteAddress ?? '-'}:${client.remotePort ?? 0}`,
    upstreamCluster: upstreamName,
    ...(upstreamHost === undefined ? {} : { upstreamHost }),
  });
}
