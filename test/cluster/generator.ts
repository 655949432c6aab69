/** Makes a mesh of any size in a real cluster, and keeps it changing. */
import type { ApiClient, RawObject } from './api-client.ts';

export interface MeshSize {
  readonly services: number;
  readonly pods: number;
  /** Istio and Gateway API objects. */
  readonly policies: number;
  /** Default: one for 25 services. */
  readonly namespaces?: number;
  /** Nodes of the cluster, `node-0` and so on, that the pods are bound to. */
  readonly nodes?: number;
}

/** What the product is held to. */
export const fullSize: MeshSize = { services: 2000, pods: 10_000, policies: 500, nodes: 10 };

interface Generated {
  /** Collection that the object is posted to. */
  readonly path: string;
  readonly object: RawObject;
}

/** A label of the generated pods, services and policies that has always as many characters. */
export const churnLabel = { name: 'churn', value: '00000000' } as const;
const churned = { [churnLabel.name]: churnLabel.value };

const istio = { v1: '/apis/networking.istio.io/v1', security: '/apis/security.istio.io/v1' };

const namespaceOf = (size: MeshSize, service: number): string =>
  `team-${service % (size.namespaces ?? Math.max(1, Math.ceil(size.services / 25)))}`;

/** A pod of the shape and length that injected pods have. */
export function podObject(size: MeshSize, index: number, generation = 0): Generated {
  const service = index % size.services;
  const namespace = namespaceOf(size, service);
  const app = `service-${service}`;
  const version = `v${1 + (Math.floor(index / size.services) % 3)}`;
  const probe = { httpGet: { path: '/healthz', port: 8080 }, initialDelaySeconds: 3, periodSeconds: 10 };
  const environment = Array.from({ length: 12 }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `value-of-${app}-${at}`,
  }));
  const mounts = ['config', 'certificates', 'scratch'];
  return {
    path: `/api/v1/namespaces/${namespace}/pods`,
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${app}-${version}-${index}${generation > 0 ? `-${generation}` : ''}`,
        namespace,
        labels: {
          app,
          version,
          'pod-template-hash': '7d4c9f8b6',
          'service.istio.io/canonical-name': app,
          'security.istio.io/tlsMode': 'istio',
          ...churned,
        },
        annotations: {
          'sidecar.istio.io/status':
            '{"initContainers":["istio-init"],"containers":["istio-proxy"],"revision":"default"}',
          'prometheus.io/scrape': 'true',
          'prometheus.io/port': '15020',
        },
      } as RawObject['metadata'],
      spec: {
        nodeName: `node-${index % (size.nodes ?? 2)}`,
        serviceAccountName: 'default',
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'app',
            image: `registry.example.com/${namespace}/${app}:${version}`,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: environment,
            resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
            readinessProbe: probe,
            livenessProbe: probe,
            volumeMounts: mounts.map((name) => ({ name, mountPath: `/var/${name}` })),
          },
          {
            name: 'istio-proxy',
            image: 'docker.io/istio/proxyv2:1.31.0',
            args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local', '--proxyLogLevel=warning'],
            ports: [{ name: 'http-envoy-prom', containerPort: 15090 }],
            env: [...environment, { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' }],
            resources: { requests: { cpu: '100m', memory: '128Mi' } },
            volumeMounts: mounts.map((name) => ({ name, mountPath: `/etc/istio/${name}` })),
          },
        ],
        volumes: mounts.map((name) => ({ name, emptyDir: {} })),
      },
    },
  };
}

function serviceObject(size: MeshSize, index: number): Generated {
  const namespace = namespaceOf(size, index);
  return {
    path: `/api/v1/namespaces/${namespace}/services`,
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `service-${index}`, namespace, labels: { app: `service-${index}`, ...churned } },
      spec: {
        selector: { app: `service-${index}` },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    },
  };
}

function policyObject(size: MeshSize, index: number): Generated {
  const service = index % size.services;
  const namespace = namespaceOf(size, service);
  const host = `service-${service}`;
  const name = `${host}-${Math.floor(index / size.services)}`;
  const made = (path: string, apiVersion: string, kind: string, spec: unknown): Generated => ({
    path,
    object: { apiVersion, kind, metadata: { name, namespace, labels: churned }, spec },
  });
  switch (index % 5) {
    case 0:
      return made(`${istio.v1}/namespaces/${namespace}/virtualservices`, 'networking.istio.io/v1', 'VirtualService', {
        hosts: [host],
        http: [
          {
            route: [
              { destination: { host, subset: 'v1' }, weight: 50 },
              { destination: { host, subset: 'v2' }, weight: 50 },
            ],
          },
        ],
      });
    case 1:
      return made(`${istio.v1}/namespaces/${namespace}/destinationrules`, 'networking.istio.io/v1', 'DestinationRule', {
        host,
        subsets: ['v1', 'v2', 'v3'].map((version) => ({ name: version, labels: { version } })),
      });
    case 2:
      return made(
        `${istio.security}/namespaces/${namespace}/authorizationpolicies`,
        'security.istio.io/v1',
        'AuthorizationPolicy',
        { selector: { matchLabels: { app: host } }, rules: [{ to: [{ operation: { methods: ['GET'] } }] }] },
      );
    case 3:
      return made(
        `${istio.security}/namespaces/${namespace}/peerauthentications`,
        'security.istio.io/v1',
        'PeerAuthentication',
        { selector: { matchLabels: { app: host } }, mtls: { mode: 'PERMISSIVE' } },
      );
    default:
      return made(
        `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
        'gateway.networking.k8s.io/v1',
        'HTTPRoute',
        {
          parentRefs: [{ group: '', kind: 'Service', name: host, port: 80 }],
          rules: [{ backendRefs: [{ name: host, port: 80 }] }],
        },
      );
  }
}

/** Everything a mesh of the size consists of but its namespaces. EndpointSlices are the cluster's own work. */
function* objectsOf(size: MeshSize): Generator<Generated> {
  for (let index = 0; index < size.services; index++) yield serviceObject(size, index);
  for (let index = 0; index < size.policies; index++) yield policyObject(size, index);
  for (let index = 0; index < size.pods; index++) yield podObject(size, index);
}

/** Lets a number of workers at once take what a sequence gives. */
async function each<T>(values: Iterator<T>, workers: number, act: (value: T) => Promise<void>): Promise<void> {
  const work = async (): Promise<void> => {
    for (let next = values.next(); !next.done; next = values.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

interface SliceEndpoints {
  readonly endpoints?: readonly { readonly conditions: { readonly ready?: boolean } }[] | null;
}

/** Ready endpoints of an EndpointSlice. */
const readyIn = (slice: RawObject): number =>
  ((slice as SliceEndpoints).endpoints ?? []).filter(({ conditions }) => conditions.ready).length;

/**
 * Creates the mesh and waits until the cluster has settled: every pod runs and every service has its EndpointSlices.
 * Returns the seconds that the objects took, and those until it had settled.
 */
export async function generateMesh(
  client: ApiClient,
  size: MeshSize,
): Promise<{ readonly created: number; readonly settled: number }> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const namespaces = new Set(Array.from({ length: size.services }, (_, index) => namespaceOf(size, index)));
  await each(namespaces.values(), 8, async (name) => {
    const labels = { 'istio-injection': 'enabled' };
    await client.send(
      'POST',
      '/api/v1/namespaces',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      [409],
    );
    // A pod is refused until its service account is there.
    const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    for (let tries = 0; tries < 600 && !(await client.send('GET', account, undefined, [404])); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  await each(objectsOf(size), 24, async ({ path, object }) => {
    await client.change('POST', path, object, [409]);
  });
  const created = seconds();
  // An endpoint is ready when its pod is.
  const hasSettled = async (): Promise<boolean> => {
    const slices = await client.list('/apis/discovery.k8s.io/v1/endpointslices');
    return slices.reduce((sum, slice) => sum + readyIn(slice), 0) >= size.pods;
  };
  while (!(await hasSettled())) {
    if (seconds() > 900) throw new Error('The cluster did not settle within 15 minutes.');
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, size.pods)));
  }
  return { created, settled: seconds() };
}

export interface Churn {
  readonly changes: number;
  readonly seconds: number;
}

/**
 * Changes objects at a rate, evenly: three in four touch a pod, the rest replace pods, change services and weights of
 * VirtualServices. Where the server is slower than the rate, fewer changes are made, as the answer says.
 */
export async function churnMesh(
  client: ApiClient,
  size: MeshSize,
  { rate, seconds, random }: { readonly rate: number; readonly seconds: number; readonly random: () => number },
): Promise<Churn> {
  const pods = Array.from({ length: size.pods }, () => 0);
  const started = performance.now();
  const busy = new Set<Promise<void>>();
  let changes = 0;
  const pick = (below: number): number => Math.floor(random() * below);
  const changed = async (made: number): Promise<void> => {
    const kind = random();
    if (kind < 0.75) {
      const at = pick(size.pods);
      const { path, object } = podObject(size, at, pods[at]);
      const annotations = { 'prometheus.io/path': `/metrics/${made}` };
      const labels = { generation: String(made) };
      await client.change(
        'PATCH',
        `${path}/${object.metadata.name}`,
        { metadata: { annotations, labels } },
        [404, 409],
      );
    } else if (kind < 0.85) {
      const at = pick(size.pods);
      const before = podObject(size, at, pods[at]);
      const generation = (pods[at] ?? 0) + 1;
      pods[at] = generation;
      await client.change(
        'DELETE',
        `${before.path}/${before.object.metadata.name}?gracePeriodSeconds=0`,
        undefined,
        [404],
      );
      const after = podObject(size, at, generation);
      await client.change('POST', after.path, after.object, [409]);
    } else if (kind < 0.93) {
      const { path, object } = serviceObject(size, pick(size.services));
      await client.change('PATCH', `${path}/${object.metadata.name}`, {
        metadata: { labels: { generation: String(made) } },
      });
    } else {
      const { path, object } = policyObject(size, pick(Math.ceil(size.policies / 5)) * 5);
      const [host] = (object['spec'] as { readonly hosts: readonly string[] }).hosts;
      const weight = pick(101);
      const route = [
        { destination: { host, subset: 'v1' }, weight },
        { destination: { host, subset: 'v2' }, weight: 100 - weight },
      ];
      await client.change('PATCH', `${path}/${object.metadata.name}`, { spec: { http: [{ route }] } });
    }
  };
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    while (changes < due && busy.size < 48) {
      const one: Promise<void> = changed(changes++).finally(() => busy.delete(one));
      busy.add(one);
    }
    // A change that fails ends the churn: the test must not go on with another cluster than it thinks it has.
    await Promise.race([new Promise<void>((resolve) => setTimeout(resolve, 10)), ...busy]);
    if (changes < due && busy.size >= 48) await Promise.race(busy);
  }
  await Promise.all(busy);
  return { changes, seconds: (performance.now() - started) / 1000 };
}
