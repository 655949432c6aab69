/** How a policy says for which workloads it holds. */
import type { MapSchema, ObjectSchema } from '../../schema.ts';
import { list, mapOf, record, text } from '../../schema.ts';

const matchLabels: MapSchema = mapOf(
  'Labels the workload must have, all of them.',
  text('Value of the label.', { maxLength: 63 }),
  { maxEntries: 4096 },
);

export const selector: ObjectSchema = record(
  'Workloads it is for, in its own namespace; in the root namespace, in all. The whole namespace unless given.',
  { matchLabels },
);

/** The older form, with `labels` in the place of `matchLabels`. */
export const workloadSelector = (help: string): ObjectSchema =>
  record(help, {
    labels: mapOf('Labels the workload must have, all of them.', text('Value of the label.', { maxLength: 63 }), {
      maxEntries: 256,
    }),
  });

export const targetRef: ObjectSchema = record(
  'The resource it is attached to, in the same namespace.',
  {
    group: text('API group of the kind; empty for core kinds such as Service.', {
      maxLength: 253,
      pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      patternHelp: 'an API group such as `gateway.networking.k8s.io`, or empty',
    }),
    kind: text('Gateway, GatewayClass, Service or ServiceEntry.', {
      maxLength: 63,
      pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
      patternHelp: 'the name of a kind, such as `Gateway`',
    }),
    name: text('Name of the resource.', { maxLength: 253 }),
    namespace: text('Not supported: the resource is in the namespace of the policy.', { refersTo: 'namespace' }),
  },
  { required: ['kind', 'name'] },
);

export const targetRefs = list('The resources it is attached to, in the same namespace.', targetRef, { maxItems: 16 });
