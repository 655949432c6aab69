/** Informers of @kubernetes/client-node on the generator's kinds: `discovery-client-node.ts KUBECONFIG`, as child with IPC. */
import process from 'node:process';
import {
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  KubeConfig,
  makeInformer,
  type KubernetesListObject,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { serveSubject } from './discovery-probe.ts';

const config = new KubeConfig();
config.loadFromFile(process.argv[2] ?? '');
const core = config.makeApiClient(CoreV1Api);
const discovery = config.makeApiClient(DiscoveryV1Api);
const custom = config.makeApiClient(CustomObjectsApi);

type List = () => Promise<KubernetesListObject<KubernetesObject>>;

const customList = (group: string, plural: string): readonly [string, List] => [
  `/apis/${group}/v1/${plural}`,
  () =>
    custom.listClusterCustomObject({ group, version: 'v1', plural }) as Promise<KubernetesListObject<KubernetesObject>>,
];

/** Namespaces and services come first, as they do in the product. */
const kinds: readonly (readonly [string, List])[] = [
  ['/api/v1/namespaces', () => core.listNamespace()],
  ['/api/v1/services', () => core.listServiceForAllNamespaces()],
  ['/api/v1/pods', () => core.listPodForAllNamespaces()],
  ['/apis/discovery.k8s.io/v1/endpointslices', () => discovery.listEndpointSliceForAllNamespaces()],
  customList('networking.istio.io', 'virtualservices'),
  customList('networking.istio.io', 'destinationrules'),
  customList('security.istio.io', 'authorizationpolicies'),
  customList('security.istio.io', 'peerauthentications'),
  customList('gateway.networking.k8s.io', 'httproutes'),
];

let events = 0;

await serveSubject({
  events: () => events,
  async start(onUseful) {
    const informers = kinds.map(([path, list]) => makeInformer(config, path, list));
    for (const informer of informers) {
      for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, () => events++);
      informer.on('error', () => void informer.start());
    }
    // An informer's `start` resolves when its list is in its cache and its watch is open.
    const started = informers.map((informer) => informer.start());
    void Promise.all(started.slice(0, 2)).then(onUseful);
    await Promise.all(started);
  },
});
