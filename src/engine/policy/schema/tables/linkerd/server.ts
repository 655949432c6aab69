import type { KindFields, KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema, Schema } from '../../schema.ts';
import { intOrText, record, text } from '../../schema.ts';
import { policyGroup, selector } from './linkerd-parts.ts';

const spec = (fields: Readonly<Record<string, Schema>>, options: Partial<ObjectSchema>): KindFields => ({
  required: ['spec'],
  fields: {
    spec: record(
      'The pods and the port.',
      {
        ...fields,
        port: intOrText('Number or name of the port.'),
        proxyProtocol: text('`HTTP/1`, `HTTP/2`, `gRPC`, `opaque` or `TLS`; found out unless given.', {
          default: 'unknown',
        }),
      },
      options,
    ),
  },
});

const podSelector = selector('Labels of the pods.');
const accessPolicy = text(
  'What happens to calls that nobody allows: `deny`, `audit`, `all-unauthenticated`, `all-authenticated`, `cluster-unauthenticated` or `cluster-authenticated`.',
  { default: 'deny' },
);
const workloads = { podSelector, externalWorkloadSelector: selector('Labels of workloads outside the cluster.') };
const either = { required: ['port'], exactlyOne: [['podSelector', 'externalWorkloadSelector']] };
const withPods = { required: ['podSelector', 'port'] };

export const server: KindSchema = {
  group: policyGroup,
  kind: 'Server',
  versions: ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'],
  help: 'A port of some pods, to which policies of Linkerd apply.',
  ...spec({ ...workloads, accessPolicy }, either),
  ofVersion: {
    v1beta2: spec(workloads, either),
    v1beta1: spec({ podSelector }, withPods),
    v1alpha1: spec({ podSelector: { ...podSelector, exactlyOne: [['matchExpressions', 'matchLabels']] } }, withPods),
  },
};
