/** Finds what a cluster keeps its metrics in, by the names and labels that installations of it have. */
import { compareText } from '../../../shared/compare.ts';
import { fieldOf, listOf, numberOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';

type MetricsServerKind = 'prometheus' | 'thanos' | 'victoria-metrics';

/** A pod that can be asked, and the port of it that answers. */
export interface MetricsPod {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface PrometheusCandidate {
  readonly kind: MetricsServerKind;
  readonly namespace: string;
  readonly service: string;
  /** Port of the service. */
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** Where the API is served, `/` or `/select/0/prometheus/`. */
  readonly path: string;
  /** Ready pods behind it, in a stable order; empty: none is ready. */
  readonly pods: readonly MetricsPod[];
  /** `prometheus.istio-system:9090`. */
  readonly shown: string;
  /** Why it is taken for one, best first. */
  readonly reasons: readonly string[];
  readonly score: number;
}

interface Ports {
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  readonly path: string;
}

const portsOf: Readonly<Record<MetricsServerKind, Ports>> = {
  prometheus: { names: ['web', 'http-web', 'http', 'http-prometheus', 'prometheus'], numbers: [9090, 80], path: '/' },
  thanos: { names: ['http', 'web', 'http-query'], numbers: [9090, 10902, 80], path: '/' },
  'victoria-metrics': { names: ['http'], numbers: [8428, 8481], path: '/' },
};

/** Companions that carry the name of what they accompany. */
const companions =
  /alert-?manager|node-exporter|exporter|push-?gateway|kube-state|operator|adapter|grafana|blackbox|config-?reloader|webhook|vmagent|vmalert|vminsert|vmstorage|oauth|auth-proxy|thanos-(store|rule|ruler|compact|compactor|receive|sidecar|bucketweb|discovery)|storegateway|-(store|ruler|compactor|receive)$/;

const usualNames: Readonly<Record<string, readonly [points: number, reason: string]>> = {
  prometheus: [40, 'is called prometheus, as Istio’s addon is'],
  'prometheus-server': [38, 'is called prometheus-server, as the community chart names it'],
  'kube-prometheus-stack-prometheus': [40, 'is named as kube-prometheus-stack names it'],
  'prometheus-kube-prometheus-prometheus': [40, 'is named as kube-prometheus-stack names it'],
  'prometheus-k8s': [38, 'is named as kube-prometheus names it'],
  'prometheus-operated': [30, 'is the service of the Prometheus operator'],
};

const usualNamespaces: Readonly<Record<string, number>> = {
  'istio-system': 20,
  monitoring: 12,
  observability: 12,
  prometheus: 12,
  metrics: 8,
  'linkerd-viz': 4,
};

/** What can be asked for metrics, best first; equally good ones by name. Pure. */
export function findPrometheus(snapshot: Snapshot): readonly PrometheusCandidate[] {
  return snapshot
    .ofKind(Kinds.service)
    .flatMap((service) => candidateOf(service, snapshot) ?? [])
    .sort((a, b) => b.score - a.score || compareText(a.namespace, b.namespace) || compareText(a.service, b.service));
}

function candidateOf(service: MeshObject, snapshot: Snapshot): PrometheusCandidate | undefined {
  const recognised = recognise(service);
  if (!recognised) return undefined;
  const { kind, reasons } = recognised;
  const port = portFor(service, portsOf[kind]);
  if (!port) return undefined;
  let score = recognised.score + (usualNamespaces[service.namespace] ?? 0);
  if (usualNamespaces[service.namespace] !== undefined) reasons.push(`lives in ${service.namespace}`);
  const pods = readyPods(service, port.target, snapshot);
  if (pods.length > 0) {
    score += 30;
    reasons.push(pods.length === 1 ? 'has a ready pod' : `has ${pods.length} ready pods`);
  }
  const { namespace, name } = service;
  return {
    kind,
    namespace,
    service: name,
    port: port.number,
    scheme: port.isTls ? 'https' : 'http',
    path: kind === 'victoria-metrics' && /vmselect/.test(name) ? '/select/0/prometheus/' : portsOf[kind].path,
    pods,
    shown: `${name}.${namespace}:${port.number}`,
    reasons,
    score,
  };
}

function recognise(
  service: MeshObject,
): { readonly kind: MetricsServerKind; readonly score: number; readonly reasons: string[] } | undefined {
  const { name, labels } = service;
  const selector = textsOf(fieldOf(service.spec, 'selector'));
  if (companions.test(name) || companions.test(roleOf(labels)) || companions.test(roleOf(selector))) return undefined;
  const reasons: string[] = [];
  const usual = Object.hasOwn(usualNames, name) ? usualNames[name] : undefined;
  let score = usual?.[0] ?? 0;
  if (usual) reasons.push(usual[1]);
  const says = (value: string): boolean => [labels, selector].some((texts) => namesOf(texts).includes(value));
  if (says('prometheus')) {
    score += 25;
    reasons.push('is labelled as Prometheus');
  } else if (!usual && /(^|-)prometheus($|-server$|-prometheus$)/.test(name)) {
    score += 15;
    reasons.push('has Prometheus in its name');
  }
  if (selector['operator.prometheus.io/name'] !== undefined || selector['prometheus'] !== undefined) {
    score += 10;
    reasons.push('selects pods of the Prometheus operator');
  }
  if (score > 0) return { kind: 'prometheus', score, reasons };
  if (/(^|-)thanos-(query|querier|query-frontend)$/.test(name) || says('thanos-query')) {
    return { kind: 'thanos', score: 22, reasons: ['is a Thanos querier'] };
  }
  if (
    /(^|-)(vmsingle|vmselect)(-|$)|victoria-metrics-(single|server)/.test(name) ||
    says('vmsingle') ||
    says('vmselect')
  ) {
    return { kind: 'victoria-metrics', score: 20, reasons: ['is a VictoriaMetrics'] };
  }
  return undefined;
}

function namesOf(labels: Labels): readonly string[] {
  return [labels['app.kubernetes.io/name'], labels['app'], labels['k8s-app']].flatMap((name) => name ?? []);
}

/** What a component is for, where its labels say so. */
function roleOf(labels: Labels): string {
  const component = labels['app.kubernetes.io/component'] ?? labels['component'] ?? '';
  return [...namesOf(labels), component].join(' ');
}

interface ServicePort {
  readonly number: number;
  readonly target: number | string;
  readonly isTls: boolean;
}

function portFor(service: MeshObject, { names, numbers }: Ports): ServicePort | undefined {
  const ports = listOf(fieldOf(service.spec, 'ports')).flatMap((port) => {
    const number = numberOf(fieldOf(port, 'port'));
    if (number === undefined || (stringOf(fieldOf(port, 'protocol')) ?? 'TCP') !== 'TCP') return [];
    const name = stringOf(fieldOf(port, 'name')) ?? '';
    const given = fieldOf(port, 'targetPort');
    const target = typeof given === 'number' || (typeof given === 'string' && given !== '') ? given : number;
    const isTls = name.startsWith('https') || stringOf(fieldOf(port, 'appProtocol')) === 'https';
    return [{ name, number, target, isTls }];
  });
  const byNumber = numbers.flatMap(
    (number) => ports.find((port) => port.number === number || port.target === number) ?? [],
  );
  const byName = names.flatMap((name) => ports.find((port) => port.name === name) ?? []);
  return byNumber[0] ?? byName[0];
}

function readyPods(service: MeshObject, target: number | string, snapshot: Snapshot): MetricsPod[] {
  const selector = Object.entries(textsOf(fieldOf(service.spec, 'selector')));
  if (selector.length === 0) return [];
  return snapshot.inNamespace(Kinds.pod, service.namespace).flatMap((pod) => {
    if (pod.deletionTimestamp !== undefined || !isReady(pod)) return [];
    if (!selector.every(([key, value]) => pod.labels[key] === value)) return [];
    const port = typeof target === 'number' ? target : namedPort(pod, target);
    return port === undefined ? [] : [{ namespace: pod.namespace, pod: pod.name, port }];
  });
}

function isReady(pod: MeshObject): boolean {
  return listOf(fieldOf(pod.status, 'conditions')).some(
    (condition) => fieldOf(condition, 'type') === 'Ready' && fieldOf(condition, 'status') === 'True',
  );
}

function namedPort(pod: MeshObject, name: string): number | undefined {
  for (const container of listOf(fieldOf(pod.spec, 'containers'))) {
    for (const port of listOf(fieldOf(container, 'ports'))) {
      if (fieldOf(port, 'name') === name) return numberOf(fieldOf(port, 'containerPort'));
    }
  }
  return undefined;
}

/** Why there are no metrics, and how to get them. `found`: what was found, but has no ready pod. */
export function missingPrometheus(found: PrometheusCandidate | undefined): string {
  if (found) {
    return `No pod of Prometheus (${found.shown}) is ready. Metrics appear when one is.`;
  }
  return (
    'No Prometheus was found in this cluster, so rates, errors and latencies are not known; the graph shows what is declared. ' +
    'Install one (Istio’s addon: kubectl apply -f samples/addons/prometheus.yaml), or name one in the setting meshlens.cluster.prometheus.'
  );
}
