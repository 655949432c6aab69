/** Endpoints of a cluster's services, from EndpointSlices, pods and WorkloadEntries. */
import { compareText } from '../../shared/compare.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf } from '../../shared/untrusted.ts';
import type { EndpointDirectory, ModelEndpoint } from './endpoints.ts';
import { declarersOf } from './indexes/hosts.ts';
import { workloadOf } from './indexes/owners.ts';
import { perPart } from './indexes/per-part.ts';
import { selectableLabels, selectFrom, selectorOf } from './indexes/selectors.ts';
import { Kinds } from './kinds.ts';
import { podMembership } from './membership.ts';
import type { Labels, MeshObject } from './mesh-object.ts';
import type { Snapshot } from './snapshot.ts';

type Health = ModelEndpoint['health'];

interface PortSpec {
  readonly name: string;
  readonly number: number;
  readonly targetPort: unknown;
}

const portNumber = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= 1 && number <= 65535 ? number : undefined;
};

function servicePort(service: MeshObject, port: number): PortSpec | undefined {
  const key = service.kind === 'Service' ? 'port' : 'number';
  const found = listOf(fieldOf(service.spec, 'ports')).find((item) => fieldOf(item, key) === port);
  if (found === undefined) return undefined;
  return { name: stringOf(fieldOf(found, 'name')) ?? '', number: port, targetPort: fieldOf(found, 'targetPort') };
}

const firstOf = (labels: Labels, ...keys: readonly string[]): string | undefined => {
  const key = keys.find((candidate) => Object.hasOwn(labels, candidate) && labels[candidate] !== '');
  return key === undefined ? undefined : labels[key];
};

/** Names as Istio's metrics have them: the plain labels first, then those of its canonical service, then Kubernetes' own. */
const appOf = (labels: Labels): string | undefined =>
  firstOf(labels, 'app', 'service.istio.io/canonical-name', 'app.kubernetes.io/name');
const versionOf = (labels: Labels): string =>
  firstOf(labels, 'version', 'service.istio.io/canonical-revision', 'app.kubernetes.io/version') ?? '';

/**
 * Conditions as Kubernetes means them: `ready` unset is ready, `serving` unset is as ready. What serves while it goes away
 * takes no new requests but finishes those it has.
 */
function healthOf(conditions: unknown): Health {
  const ready = fieldOf(conditions, 'ready') !== false;
  if (ready) return 'healthy';
  const serving = fieldOf(conditions, 'serving') === true;
  return serving && fieldOf(conditions, 'terminating') === true ? 'draining' : 'unhealthy';
}

/** What a pod's own object tells about the endpoint; where it may not be read, only its name is known. */
function podEndpoint(
  snapshot: Snapshot,
  pod: MeshObject | undefined,
  given: { readonly namespace: string; readonly name: string; readonly service: string },
): Omit<ModelEndpoint, 'address' | 'port' | 'weight' | 'health' | 'workloadPort'> {
  const { namespace, name, service } = given;
  const labels = pod?.labels ?? {};
  const membership = pod ? podMembership(pod) : 'none';
  return {
    id: `${namespace}/${name}`,
    workload: pod ? workloadOf(snapshot, pod).name : name,
    namespace,
    app: appOf(labels) ?? service,
    version: versionOf(labels),
    labels,
    serviceAccount: stringOf(fieldOf(pod?.spec, 'serviceAccountName')) ?? 'default',
    meshed: membership === 'sidecar' || membership === 'ambient',
  };
}

function sliceEndpoints(
  snapshot: Snapshot,
  slice: MeshObject,
  service: MeshObject,
  port: PortSpec,
): readonly ModelEndpoint[] {
  const ports = listOf(slice.rest?.['ports']).filter((item) => (stringOf(fieldOf(item, 'name')) ?? '') === port.name);
  const number = portNumber(fieldOf(ports[0], 'port'));
  if (number === undefined) return [];
  return listOf(slice.rest?.['endpoints']).flatMap((item): readonly ModelEndpoint[] => {
    // Of the addresses of one endpoint only the first has a meaning (discovery.k8s.io/v1).
    const address = stringOf(listOf(fieldOf(item, 'addresses'))[0]);
    if (address === undefined) return [];
    const reference = fieldOf(item, 'targetRef');
    const name = fieldOf(reference, 'kind') === 'Pod' ? stringOf(fieldOf(reference, 'name')) : undefined;
    const namespace = stringOf(fieldOf(reference, 'namespace')) ?? service.namespace;
    const pod = name === undefined ? undefined : snapshot.find(Kinds.pod, namespace, name);
    return [
      {
        ...podEndpoint(snapshot, pod, { namespace, name: name ?? address, service: service.name }),
        address,
        port: number,
        weight: 1,
        health: healthOf(fieldOf(item, 'conditions')),
        workloadPort: number,
        ...(name !== undefined && { pod: { namespace, name, port: number } }),
      },
    ];
  });
}

/** Virtual machines are selected by services like pods (Istio's WorkloadEntry). */
function entryEndpoint(entry: MeshObject, service: MeshObject, port: PortSpec): readonly ModelEndpoint[] {
  const address = stringOf(fieldOf(entry.spec, 'address'));
  if (!address || address.startsWith('unix:')) return [];
  const number =
    portNumber(fieldOf(fieldOf(entry.spec, 'ports'), port.name)) ?? portNumber(port.targetPort) ?? port.number;
  const labels = selectableLabels(entry);
  const weight = numberOf(fieldOf(entry.spec, 'weight'));
  return [
    {
      id: `${entry.namespace}/${entry.name}`,
      address,
      port: number,
      weight: weight !== undefined && weight >= 1 ? weight : 1,
      health: 'healthy',
      workload: entry.name,
      namespace: entry.namespace,
      app: appOf(labels) ?? service.name,
      version: versionOf(labels),
      labels,
      serviceAccount: stringOf(fieldOf(entry.spec, 'serviceAccount')) ?? 'default',
      // Set by whoever has a proxy on the machine, `istioctl workload entry configure` among them.
      meshed: labels['security.istio.io/tlsMode'] === 'istio',
      workloadPort: number,
    },
  ];
}

/** A pod that a ServiceEntry selects. */
function selectedPod(snapshot: Snapshot, pod: MeshObject, service: string, port: PortSpec): readonly ModelEndpoint[] {
  const address = stringOf(fieldOf(pod.status, 'podIP'));
  if (!address) return [];
  const number = portNumber(port.targetPort) ?? port.number;
  const conditions = listOf(fieldOf(pod.status, 'conditions')).filter(isRecord);
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const { namespace, name } = pod;
  return [
    {
      ...podEndpoint(snapshot, pod, { namespace, name, service }),
      address,
      port: number,
      weight: 1,
      health:
        pod.deletionTimestamp !== undefined ? (ready ? 'draining' : 'unhealthy') : ready ? 'healthy' : 'unhealthy',
      workloadPort: number,
      pod: { namespace, name, port: number },
    },
  ];
}

/** One endpoint a pod and port: of a dual-stack service the IPv4 address, which sorts before. */
function withoutTwins(endpoints: readonly ModelEndpoint[]): readonly ModelEndpoint[] {
  const sorted = [...endpoints].sort(
    (a, b) =>
      compareText(a.id, b.id) ||
      a.port - b.port ||
      Number(a.address.includes(':')) - Number(b.address.includes(':')) ||
      compareText(a.address, b.address),
  );
  return sorted.filter(({ id, port }, at) => id !== sorted[at - 1]?.id || port !== sorted[at - 1]?.port);
}

/** The objects an answer depends on. They are compared by identity, so that it is kept while none has changed. */
interface Inputs {
  readonly slices: readonly MeshObject[];
  readonly pods: readonly (MeshObject | undefined)[];
  readonly entries: readonly MeshObject[];
}

/** Names of the pods behind a slice; undefined for what is no pod. */
const podsBehind = perPart((slice: MeshObject) =>
  listOf(slice.rest?.['endpoints']).map((item) => {
    const { kind, namespace = slice.namespace, name } = textsOf(fieldOf(item, 'targetRef'));
    return kind === 'Pod' && name !== undefined ? { namespace, name } : undefined;
  }),
);

const selectorOfService = perPart(selectorOf);
/** Label of an EndpointSlice with the name of its service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

const selectorOfSlices = perPart(({ name }: MeshObject) => ({ [serviceNameLabel]: name }));

function inputsOf(snapshot: Snapshot, service: MeshObject): Inputs {
  const { namespace } = service;
  const select = (kind: string): readonly MeshObject[] => {
    const selector = selectorOfService(service);
    const objects = snapshot.inNamespace(kind, namespace);
    return selector && objects.length > 0 ? selectFrom(objects, selector) : [];
  };
  if (service.kind !== 'Service') {
    // Without pods, its WorkloadEntries are read from policies, where those of workspace files count too.
    const pods = select(Kinds.pod);
    return { slices: [], pods, entries: pods.length > 0 ? select(Kinds.workloadEntry) : [] };
  }
  const slices = selectFrom(snapshot.inNamespace(Kinds.endpointSlice, namespace), selectorOfSlices(service));
  const pods = slices.flatMap((slice) =>
    podsBehind(slice).map((pod) => pod && snapshot.find(Kinds.pod, pod.namespace, pod.name)),
  );
  return { slices, pods, entries: select(Kinds.workloadEntry) };
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);
const isSameInputs = (a: Inputs, b: Inputs): boolean =>
  isSameList(a.slices, b.slices) && isSameList(a.pods, b.pods) && isSameList(a.entries, b.entries);

/** Answers by service, for as long as its object lives. */
const answers = new WeakMap<MeshObject, { inputs: Inputs; readonly byPort: Map<number, readonly ModelEndpoint[]> }>();

function endpointsOf(snapshot: Snapshot, service: MeshObject, number: number): readonly ModelEndpoint[] {
  const inputs = inputsOf(snapshot, service);
  let answer = answers.get(service);
  if (!answer || !isSameInputs(answer.inputs, inputs)) answers.set(service, (answer = { inputs, byPort: new Map() }));
  const known = answer.byPort.get(number);
  if (known) return known;
  const port = servicePort(service, number);
  const endpoints = !port
    ? []
    : withoutTwins([
        ...inputs.slices.flatMap((slice) => sliceEndpoints(snapshot, slice, service, port)),
        ...inputs.entries.flatMap((entry) => entryEndpoint(entry, service, port)),
        ...(service.kind === 'Service'
          ? []
          : inputs.pods.flatMap((pod) => (pod ? selectedPod(snapshot, pod, service.name, port) : []))),
      ]);
  answer.byPort.set(number, endpoints);
  return endpoints;
}

/**
 * Endpoints of the services of a cluster's snapshot; of a ServiceEntry (asked for by its host, in its namespace) the pods
 * that it selects, as its other endpoints are read from policies. The snapshot must be the cluster's layer alone where
 * workspace files must not take part. An answer is the same list as long as nothing it depends on has changed.
 */
export function clusterEndpoints(snapshot: Snapshot, clusterDomain = 'cluster.local'): EndpointDirectory {
  return {
    endpointsOf(namespace, service, port) {
      const declared =
        snapshot.find(Kinds.service, namespace, service) ??
        declarersOf(snapshot, service, clusterDomain).find(
          (object) => object.kind === 'ServiceEntry' && object.namespace === namespace,
        );
      return declared ? endpointsOf(snapshot, declared, port) : [];
    },
  };
}
