/** Pods, and the kinds that make them from a template. */
import type { KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema, Schema } from '../../schema.ts';
import { choice, flag, integer, record, text } from '../../schema.ts';
import { strictSelector } from './label-selector.ts';
import { podSpec, podTemplate } from './pod-spec.ts';

const selector = strictSelector('Labels by which it knows its pods; the labels of the template must have them.');
const replicas = integer('How many pods there are to be; 1 unless given.', { minimum: 0 });
const minReadySeconds = integer('How long a pod must be ready to count.', { minimum: 0 });
const revisionHistoryLimit = integer('How many old templates are kept.', { minimum: 0 });

const spec = (help: string, fields: Readonly<Record<string, Schema>>): ObjectSchema =>
  record(help, fields, { isOpen: true });

const workload = (group: string, kind: string, help: string, fields: Readonly<Record<string, Schema>>): KindSchema => ({
  group,
  kind,
  versions: ['v1'],
  help,
  required: [],
  fields: { spec: spec('How many pods, and what they are made from.', fields) },
  isOpen: true,
});

const jobSpec = spec('How often the pods run, and what they are made from.', {
  template: podTemplate,
  parallelism: integer('How many pods run at once.', { minimum: 0 }),
  completions: integer('How many pods must succeed.', { minimum: 0 }),
  backoffLimit: integer('How many failures there may be.', { minimum: 0 }),
  activeDeadlineSeconds: integer('How long it may take.', { minimum: 1 }),
  ttlSecondsAfterFinished: integer('How long it is kept when it is done.', { minimum: 0 }),
  suspend: flag('Whether it waits.'),
});

export const workloads: readonly KindSchema[] = [
  {
    group: 'core',
    kind: 'Pod',
    versions: ['v1'],
    help: 'Containers that run together on one node, with one address.',
    required: [],
    fields: { spec: podSpec },
    isOpen: true,
  },
  workload('apps', 'Deployment', 'Any number of equal pods, replaced bit by bit when their template changes.', {
    replicas,
    selector,
    template: podTemplate,
    minReadySeconds,
    revisionHistoryLimit,
    progressDeadlineSeconds: integer('How long a change may take until it counts as failed.', { minimum: 0 }),
    paused: flag('Whether changes of the template wait.'),
    strategy: spec('How pods are replaced.', {
      type: choice('Bit by bit, or all at once.', ['RollingUpdate', 'Recreate']),
    }),
  }),
  workload('apps', 'StatefulSet', 'Pods with names and storage that stay.', {
    replicas,
    selector,
    template: podTemplate,
    minReadySeconds,
    revisionHistoryLimit,
    serviceName: text('Headless Service that gives the pods their names.'),
    podManagementPolicy: choice('One after the other, or at once.', ['OrderedReady', 'Parallel']),
  }),
  workload('apps', 'DaemonSet', 'One pod on every node.', {
    selector,
    template: podTemplate,
    minReadySeconds,
    revisionHistoryLimit,
  }),
  workload('apps', 'ReplicaSet', 'Any number of equal pods; Deployments make them.', {
    replicas,
    selector,
    template: podTemplate,
    minReadySeconds,
  }),
  {
    ...workload('batch', 'Job', 'Pods that run until they have succeeded.', {}),
    fields: { spec: jobSpec },
  },
  workload('batch', 'CronJob', 'Jobs at set times.', {
    schedule: text('When, as `cron` writes it.'),
    timeZone: text('Time zone of the schedule, such as `Etc/UTC`.'),
    concurrencyPolicy: choice('Whether Jobs may overlap.', ['Allow', 'Forbid', 'Replace']),
    suspend: flag('Whether no more Jobs are made.'),
    jobTemplate: spec('What the Jobs are made from.', { spec: jobSpec }),
  }),
];
