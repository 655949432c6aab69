import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findPrometheus, missingPrometheus } from '../../../../src/engine/telemetry/prometheus/find-prometheus.ts';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../../src/engine/model/snapshot.ts';

function object(kind: string, namespace: string, name: string, more: Partial<MeshObject>): MeshObject {
  return {
    apiVersion: 'v1',
    kind,
    namespace,
    name,
    labels: {},
    annotations: {},
    spec: {},
    origin: { layer: 'cluster', source: 'kind' },
    ...more,
  };
}

interface Port {
  readonly port: number;
  readonly name?: string;
  readonly targetPort?: number | string;
}

const service = (
  namespace: string,
  name: string,
  ports: readonly Port[],
  selector: Readonly<Record<string, string>> = { app: name },
  labels: Readonly<Record<string, string>> = {},
): MeshObject => object('Service', namespace, name, { labels, spec: { ports, selector } });

const pod = (namespace: string, name: string, labels: Readonly<Record<string, string>>, ready = true): MeshObject =>
  object('Pod', namespace, name, {
    labels,
    spec: { containers: [{ name: 'prometheus', ports: [{ name: 'web', containerPort: 9090 }] }] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });

const found = (...objects: readonly MeshObject[]) => findPrometheus(createSnapshot(objects));

describe('installations people have', () => {
  const addon = { 'app.kubernetes.io/name': 'prometheus', 'app.kubernetes.io/component': 'server' };
  const operated = { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'k8s' };
  const cases: readonly (readonly [string, readonly MeshObject[], string, string, number | undefined])[] = [
    [
      'Istio’s addon',
      [
        service('istio-system', 'prometheus', [{ name: 'http', port: 9090, targetPort: 9090 }], addon),
        pod('istio-system', 'prometheus-0', addon),
      ],
      'prometheus',
      'prometheus.istio-system:9090',
      9090,
    ],
    [
      'the community chart, whose service has port 80',
      [
        service('monitoring', 'prometheus-server', [{ name: 'http', port: 80, targetPort: 9090 }], addon),
        service('monitoring', 'prometheus-alertmanager', [{ port: 9093 }]),
        service('monitoring', 'prometheus-prometheus-node-exporter', [{ port: 9100 }]),
        service('monitoring', 'prometheus-prometheus-pushgateway', [{ port: 9091 }]),
        service('monitoring', 'prometheus-kube-state-metrics', [{ port: 8080 }]),
        pod('monitoring', 'server-0', addon),
      ],
      'prometheus',
      'prometheus-server.monitoring:80',
      9090,
    ],
    [
      'kube-prometheus-stack, with a port by name and the service of the operator beside it',
      [
        service(
          'monitoring',
          'kube-prometheus-stack-prometheus',
          [{ name: 'http-web', port: 9090, targetPort: 'web' }],
          operated,
        ),
        service('monitoring', 'prometheus-operated', [{ name: 'http-web', port: 9090, targetPort: 'web' }], {
          'app.kubernetes.io/name': 'prometheus',
        }),
        service('monitoring', 'kube-prometheus-stack-operator', [{ port: 443 }]),
        service('monitoring', 'alertmanager-operated', [{ port: 9093 }]),
        pod('monitoring', 'prometheus-0', operated),
      ],
      'prometheus',
      'kube-prometheus-stack-prometheus.monitoring:9090',
      9090,
    ],
    [
      'Thanos',
      [
        service('observability', 'thanos-query', [{ name: 'http', port: 9090, targetPort: 10902 }]),
        service('observability', 'thanos-store', [{ name: 'http', port: 10902 }]),
        pod('observability', 'query-0', { app: 'thanos-query' }),
      ],
      'thanos',
      'thanos-query.observability:9090',
      10902,
    ],
    [
      'VictoriaMetrics',
      [
        service('monitoring', 'vmsingle-main', [{ name: 'http', port: 8428 }]),
        service('monitoring', 'vmagent-main', [{ name: 'http', port: 8429 }]),
        pod('monitoring', 'vm-0', { app: 'vmsingle-main' }),
      ],
      'victoria-metrics',
      'vmsingle-main.monitoring:8428',
      8428,
    ],
  ];
  for (const [name, objects, kind, shown, port] of cases) {
    test(name, () => {
      const [best] = found(...objects);
      assert.ok(best);
      assert.deepEqual([best.kind, best.shown, best.pods[0]?.port], [kind, shown, port]);
      assert.ok(best.reasons.length > 0);
    });
  }

  test('companions are none', () => {
    const companions = [
      'prometheus-operator',
      'prometheus-adapter',
      'prometheus-alertmanager',
      'prometheus-blackbox-exporter',
      'grafana',
      'thanos-ruler',
      'payments',
    ];
    assert.deepEqual(
      found(...companions.map((name) => service('monitoring', name, [{ name: 'http', port: 9090 }]))),
      [],
    );
  });
});

test('of several the mesh’s own comes first; one without a ready pod comes last', () => {
  const ports = [{ name: 'http', port: 9090 }];
  const objects = [
    service('team-a', 'prometheus', ports),
    service('monitoring', 'prometheus', ports),
    service('istio-system', 'prometheus', ports),
    pod('team-a', 'p-0', { app: 'prometheus' }),
    pod('monitoring', 'p-0', { app: 'prometheus' }),
  ];
  assert.deepEqual(
    found(...objects, pod('istio-system', 'p-0', { app: 'prometheus' })).map(({ shown }) => shown),
    ['prometheus.istio-system:9090', 'prometheus.monitoring:9090', 'prometheus.team-a:9090'],
  );
  const [first, , last] = found(...objects, pod('istio-system', 'p-0', { app: 'prometheus' }, false));
  assert.deepEqual(
    [first?.shown, last?.shown, last?.pods],
    ['prometheus.monitoring:9090', 'prometheus.istio-system:9090', []],
  );
});

test('pods that end, or are of another namespace, are passed over', () => {
  const ports = [{ name: 'http', port: 9090 }];
  const [best] = found(
    service('istio-system', 'prometheus', ports),
    { ...pod('istio-system', 'old', { app: 'prometheus' }), deletionTimestamp: '2026-01-01T00:00:00Z' },
    pod('default', 'other', { app: 'prometheus' }),
    pod('istio-system', 'new', { app: 'prometheus' }),
  );
  assert.deepEqual(
    best?.pods.map((one) => one.pod),
    ['new'],
  );
});

test('what is missing is said with a way forward', () => {
  assert.match(
    missingPrometheus(undefined),
    /No Prometheus was found.*samples\/addons\/prometheus\.yaml.*meshlens\.cluster\.prometheus/,
  );
  const [waiting] = found(service('istio-system', 'prometheus', [{ port: 9090 }]));
  assert.match(missingPrometheus(waiting), /No pod of Prometheus \(prometheus\.istio-system:9090\) is ready/);
});
