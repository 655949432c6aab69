import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessLogEntry } from '../../../src/engine/dataplane/report.ts';
import { formatAccessLog, formatAccessLogJson } from '../../../src/engine/telemetry/access-log.ts';

/** The call of Istio's page on Envoy access logs, seen by the sidecar of httpbin. */
const teapot: AccessLogEntry = {
  time: Date.UTC(2020, 10, 25, 21, 26, 18, 409),
  instance: 'httpbin-0',
  direction: 'inbound',
  method: 'GET',
  path: '/status/418',
  protocol: 'HTTP/1.1',
  status: 418,
  flags: '-',
  requestBytes: 0,
  responseBytes: 135,
  duration: 3.6,
  upstreamServiceTime: 4.2,
  userAgent: 'curl/7.73.0-DEV',
  requestId: '84961386-6d84-929d-98bd-c5aee93b5c88',
  authority: 'httpbin:8000',
  upstreamHost: '127.0.0.1:80',
  upstreamCluster: 'inbound|8000||',
  upstreamLocalAddress: '127.0.0.1:41854',
  downstreamLocalAddress: '10.44.1.27:80',
  downstreamRemoteAddress: '10.44.1.23:37652',
  requestedServerName: 'outbound_.8000_._.httpbin.foo.svc.cluster.local',
  routeName: 'default',
};

test("a line is what Istio's documentation shows", () => {
  // https://istio.io/latest/docs/tasks/observability/logs/access-log/
  assert.equal(
    formatAccessLog(teapot),
    '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" "curl/7.73.0-DEV" ' +
      '"84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 ' +
      '10.44.1.27:80 10.44.1.23:37652 outbound_.8000_._.httpbin.foo.svc.cluster.local default',
  );
});

test('what is not known is a dash', () => {
  const refused: AccessLogEntry = {
    time: 0,
    instance: 'reviews-v1-0',
    direction: 'outbound',
    method: 'GET',
    path: '/ratings/0',
    protocol: 'HTTP/1.1',
    status: 503,
    flags: 'UH',
    requestBytes: 0,
    responseBytes: 19,
    duration: 0,
    requestId: 'r',
    authority: 'ratings:9080',
    downstreamLocalAddress: '127.0.0.1:1',
    downstreamRemoteAddress: '127.0.0.1:2',
  };
  assert.equal(
    formatAccessLog(refused),
    '[1970-01-01T00:00:00.000Z] "GET /ratings/0 HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "-" "r" ' +
      '"ratings:9080" "-" - - 127.0.0.1:1 127.0.0.1:2 - -',
  );
  const json = JSON.parse(formatAccessLogJson(refused)) as Record<string, unknown>;
  assert.equal(json.upstream_host, null);
  assert.equal(json.upstream_service_time, null);
  assert.equal(json.response_flags, 'UH');
});

test("JSON has the names of Istio's JSON access log", () => {
  assert.deepEqual(JSON.parse(formatAccessLogJson(teapot)), {
    start_time: '2020-11-25T21:26:18.409Z',
    method: 'GET',
    path: '/status/418',
    protocol: 'HTTP/1.1',
    response_code: 418,
    response_flags: '-',
    response_code_details: 'via_upstream',
    connection_termination_details: null,
    upstream_transport_failure_reason: null,
    bytes_received: 0,
    bytes_sent: 135,
    duration: 4,
    upstream_service_time: '4',
    x_forwarded_for: null,
    user_agent: 'curl/7.73.0-DEV',
    request_id: '84961386-6d84-929d-98bd-c5aee93b5c88',
    authority: 'httpbin:8000',
    upstream_host: '127.0.0.1:80',
    upstream_cluster: 'inbound|8000||',
    upstream_local_address: '127.0.0.1:41854',
    downstream_local_address: '10.44.1.27:80',
    downstream_remote_address: '10.44.1.23:37652',
    requested_server_name: 'outbound_.8000_._.httpbin.foo.svc.cluster.local',
    route_name: 'default',
    trace_id: null,
  });
});

test('a stranger cannot forge lines or steer the terminal', () => {
  const line = formatAccessLog({ ...teapot, userAgent: 'a\r\n[2020] "GET" \u001b[2J' });
  assert.ok(line.includes(String.raw`"a\x0d\x0a[2020] "GET" \x1b[2J"`));
  assert.equal(line.split('\n').length, 1);
});
