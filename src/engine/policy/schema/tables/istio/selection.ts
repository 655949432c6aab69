/** How a policy says for which workloads it holds. */
import type { MapSchema, ObjectSchema, SchemaRule } from '../../schema.ts';
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

const noNamespace: SchemaRule = (value) =>
  value === ''
    ? []
    : [{ path: [], part: 'key', message: 'A resource of another namespace cannot be named; leave `namespace` out.' }];

export const targetRef: ObjectSchema = record(
  'The resource it is attached to, in the same namespace.',
  {
    group: text('API group of the kind; empty for core kinds such as Service.', {
      maxLength: 253,
      pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      patternHelp: 'an API group such as `gateway.networking.k8s.io`, or empty',
    }),
    kind: text('Gateway, GatewayClass, Service or ServiceEntry.', {
      minLength: 1,
      maxLength: 63,
      pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
      patternHelp: 'the name of a kind, such as `Gateway`',
    }),
    name: text('Name of the resource.', { minLength: 1, maxLength: 253 }),
    namespace: text('Not supported: the resource is in the namespace of the policy.', {
      rules: [noNamespace],
    }),
  },
  { required: ['kind', 'name'] },
);

/** Only one of the ways to say where a policy holds. */
export const oneSelection: readonly string[] = ['selector', 'targetRef', 'targetRefs'];

export const targetRefs = list('The resources it is attached to, in the same namespace.', targetRef, { maxItems: 16 });
