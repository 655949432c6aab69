import { decoderOf, isMeshAnnotation, type Decode } from './decode-object.ts';
import { ByName, Shared, type Shape } from './prune.ts';

const container = { name: 'whole', image: 'whole', ports: 'whole', restartPolicy: 'whole' } as const;

/**
 * Arguments may hold passwords, so none are kept but those of istiod's container, which tell the cluster's domain. Of
 * environment variables only the name is kept by which istiod reports this cluster in metrics.
 */
const containerOfMesh: Shape = new Shared(
  new ByName(
    {
      discovery: { ...container, args: 'whole', env: [new ByName({ CLUSTER_ID: { name: 'whole', value: 'whole' } })] },
    },
    container,
  ),
);

const podSpec: Shape = {
  serviceAccountName: 'whole',
  nodeName: 'whole',
  hostNetwork: 'whole',
  initContainers: [containerOfMesh],
  containers: [containerOfMesh],
};

const conditions: Shape = new Shared([{ type: 'whole', status: 'whole', reason: 'whole', message: 'whole' }]);

const containerStatuses: Shape = new Shared([
  {
    name: 'whole',
    ready: 'whole',
    started: 'whole',
    restartCount: 'whole',
    state: {
      waiting: { reason: 'whole', message: 'whole' },
      terminated: { reason: 'whole', exitCode: 'whole' },
      running: {},
    },
    lastState: { terminated: { reason: 'whole', exitCode: 'whole', finishedAt: 'whole' } },
  },
]);

export const decodePod: Decode = decoderOf({
  annotations: isMeshAnnotation,
  spec: podSpec,
  status: {
    phase: 'whole',
    reason: 'whole',
    message: 'whole',
    podIP: 'whole',
    podIPs: 'whole',
    hostIP: 'whole',
    startTime: 'whole',
    conditions,
    initContainerStatuses: containerStatuses,
    containerStatuses,
  },
});

const meshAnnotations: Shape = (value) => {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([key]) => isMeshAnnotation(key)));
};

const podTemplate: Shape = { metadata: { labels: 'whole', annotations: meshAnnotations }, spec: podSpec };

/** What pods it will make, also while it has none. */
export const decodeCronJob: Decode = decoderOf({
  spec: { schedule: 'whole', suspend: 'whole', jobTemplate: { spec: { template: podTemplate } } },
});

/** Deployments, StatefulSets and DaemonSets. */
export const decodeController: Decode = decoderOf({
  spec: {
    replicas: 'whole',
    selector: 'whole',
    paused: 'whole',
    serviceName: 'whole',
    template: podTemplate,
  },
  status: {
    observedGeneration: 'whole',
    replicas: 'whole',
    readyReplicas: 'whole',
    availableReplicas: 'whole',
    updatedReplicas: 'whole',
    unavailableReplicas: 'whole',
    desiredNumberScheduled: 'whole',
    numberReady: 'whole',
    numberAvailable: 'whole',
    numberUnavailable: 'whole',
    updatedNumberScheduled: 'whole',
    conditions,
  },
});
