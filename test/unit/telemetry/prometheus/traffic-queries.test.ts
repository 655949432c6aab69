import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  namespaceSelection,
  rateQuery,
  sampleCountQuery,
  scopeSelection,
} from '../../../../src/engine/telemetry/prometheus/traffic-queries.ts';

const hop =
  'source_cluster,source_workload_namespace,source_workload,source_canonical_service,source_canonical_revision,' +
  'destination_cluster,destination_service_namespace,destination_service,destination_service_name,' +
  'destination_workload_namespace,destination_workload,destination_canonical_service,destination_canonical_revision';

test('requests of everything', () => {
  assert.equal(
    rateQuery('requests', namespaceSelection([]), 600),
    `(sum by (reporter,${hop},request_protocol,response_code,grpc_response_status,response_flags,connection_security_policy,source_principal,destination_principal) (rate(istio_requests_total{}[600s]))) > 0`,
  );
});

test('namespaces are one expression each way, whatever their number', () => {
  const query = rateQuery('sent', namespaceSelection(['shop', 'a.b', 'shop']), 60);
  const by = `sum by (reporter,app,${hop},response_flags,connection_security_policy,source_principal,destination_principal)`;
  const names = '"a\\\\.b|shop"';
  assert.equal(
    query,
    `(${by} (rate(istio_tcp_sent_bytes_total{source_workload_namespace=~${names}}[60s]))` +
      ` or ${by} (rate(istio_tcp_sent_bytes_total{destination_workload_namespace=~${names}}[60s]))` +
      ` or ${by} (rate(istio_tcp_sent_bytes_total{destination_service_namespace=~${names}}[60s]))) > 0`,
  );
});

test('the histogram of a hop is asked of one side: the destination’s, or else the source’s', () => {
  const by = `sum by (le,${hop},request_protocol)`;
  assert.equal(
    rateQuery('durations', namespaceSelection([]), 60, true),
    `(${by} (rate(istio_request_duration_milliseconds_bucket{reporter!="source"}[60s]))` +
      ` or ${by} (rate(istio_request_duration_milliseconds_bucket{reporter="source"}[60s])))`,
  );
});

test('names cannot leave their quotes', () => {
  const [selection = ''] = namespaceSelection(['a"} or vector(1) #']);
  assert.equal(selection, 'source_workload_namespace=~"a\\"\\\\} or vector\\\\(1\\\\) #"');
  assert.deepEqual(scopeSelection({ source: { namespace: 'n', workload: 'w"\n' } }), [
    'source_workload_namespace="n",source_workload="w\\"\\n"',
  ]);
});

describe('what a chart is about', () => {
  const workload = { namespace: 'shop', workload: 'web-v1', app: 'web' };
  const cases: readonly (readonly [string, Parameters<typeof scopeSelection>[0], readonly string[]])[] = [
    ['everything', {}, ['']],
    ['a workload that calls', { source: workload }, ['source_workload_namespace="shop",source_workload="web-v1"']],
    [
      'a workload that is called, with calls that did not reach it',
      { target: { ...workload, service: 'web' } },
      [
        'destination_workload_namespace="shop",destination_workload="web-v1"',
        'destination_workload="unknown",destination_service_namespace="shop",destination_service_name="web"',
      ],
    ],
    [
      'an edge from callers without a name to a host outside',
      { source: { namespace: '' }, target: { namespace: '', service: 'PassthroughCluster' } },
      ['source_workload="unknown",destination_service_name="PassthroughCluster"'],
    ],
    [
      'a service',
      { target: { namespace: 'shop', service: 'web' } },
      ['destination_service_namespace="shop",destination_service_name="web"'],
    ],
  ];
  for (const [name, scope, expected] of cases) test(name, () => assert.deepEqual(scopeSelection(scope), expected));
});

test('how many samples there are', () => {
  assert.equal(
    sampleCountQuery(60),
    'label_replace(max(count_over_time(istio_requests_total[60s])), "of", "window", "", "")' +
      ' or label_replace(max(count_over_time(istio_requests_total[3600s])), "of", "hour", "", "")',
  );
});
