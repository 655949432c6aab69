import { choice, duration, flag, integer, record, text, unsigned } from '../../schema.ts';

/** Shared by DestinationRule and Sidecar. */
export const connectionPool = record('Limits on connections and requests: beyond them, requests fail at once.', {
  tcp: record('Limits for every connection, HTTP included.', {
    maxConnections: integer('Connections to all endpoints together.'),
    connectTimeout: duration('Time limit for a connection to be made; 10s unless given.'),
    tcpKeepalive: record('Keep-alive probes.', {
      probes: unsigned('Probes without an answer before the connection is given up.'),
      time: duration('Idle time before the first probe.'),
      interval: duration('Time between probes.'),
    }),
    maxConnectionDuration: duration('A connection is closed after this time.'),
    idleTimeout: text('A connection without traffic is closed after this time; 1h unless given, `0s` for never.', {
      format: 'duration',
    }),
  }),
  http: record('Limits for HTTP.', {
    http1MaxPendingRequests: integer('Requests that may wait for a connection.'),
    http2MaxRequests: integer('Requests under way at once.'),
    maxRequestsPerConnection: integer('Requests on one connection; 1 turns keep-alive off.'),
    maxRetries: integer('Retries under way at once.'),
    idleTimeout: duration('A connection without requests is closed after this time; 1h unless given.'),
    h2UpgradePolicy: choice('Whether HTTP/1.1 connections are upgraded to HTTP/2.', [
      'DEFAULT',
      'DO_NOT_UPGRADE',
      'UPGRADE',
    ]),
    useClientProtocol: flag('Use the protocol of the caller towards the destination.'),
    maxConcurrentStreams: integer('Streams on one HTTP/2 connection.'),
    http2KeepAlive: record('Keep-alive pings of HTTP/2.', {
      interval: duration('Time between pings.'),
      timeout: duration('Time to wait for the answer.'),
    }),
  }),
});
