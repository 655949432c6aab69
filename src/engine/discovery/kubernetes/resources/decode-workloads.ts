import { fieldOf } from '../../../../shared/untrusted.ts';
import { decoderOf, isMeshAnnotation, type Decode } from './decode-object.ts';
import { prune, type Shape } from './prune.ts';

const container: Shape = { name: 'whole', image: 'whole', ports: 'whole', restartPolicy: 'whole' };

/** By its own name istiod reports this cluster in metrics. */
const clusterId: Shape = (value) => (fieldOf(value, 'name') === 'CLUSTER_ID' ? value : undefined);

/**
 * Arguments may hold passwords, so none are kept but those of istiod's container, which tell the cluster's domain.
 * Of environment variables only the name is kept by which istiod knows the
 * cluster.
 */
const containerOfMesh: Shape = (value) =>
  prune(value, fieldOf(value, 'name') === 'discovery' ? { ...container, args: 'whole', env: [clusterId] } : container);

const podSpec: Shape = {
  serviceAccountName: 'whole',
  nodeName: 'whole',
  hostNetwork: 'whole',
  initContainers: [containerOfMesh],
  containers: [containerOfMesh],
};

const conditions: Shape = [{ type: 'whole', status: 'whole', reason: 'whole', message: 'whole' }];

const containerStatuses: Shape = [
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
];

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

/** Deployments, StatefulSets and DaemonSets. */
export const decodeController: Decode = decoderOf({
  spec: {
    replicas: 'whole',
    selector: 'whole',
    paused: 'whole',
    serviceName: 'whole',
    template: { metadata: { labels: 'whole', annotations: meshAnnotations }, spec: podSpec },
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
