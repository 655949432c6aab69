import type { KindSchema } from '../../kind-schema.ts';
import { record } from '../../schema.ts';
import { endpointFields, socketWithoutPorts } from './service-entry.ts';

export const workloadEntry: KindSchema = {
  group: 'networking.istio.io',
  kind: 'WorkloadEntry',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'One workload that is no pod, such as a virtual machine.',
  required: ['spec'],
  fields: { spec: record('Where it is and who it is.', endpointFields, { rules: [socketWithoutPorts] }) },
};
