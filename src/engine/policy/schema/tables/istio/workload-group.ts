import type { KindSchema } from '../../kind-schema.ts';
import { integer, list, mapOf, record, text, unsigned } from '../../schema.ts';
import { endpointFields, socketWithoutPorts } from './service-entry.ts';
import { portRange } from '../port-number.ts';

const seconds = { minimum: 0 };

const probe = record(
  'How a workload’s readiness is found out; it gets traffic once it is ready.',
  {
    initialDelaySeconds: integer('Seconds to wait before the first probe.', seconds),
    timeoutSeconds: integer('Seconds after which a probe has failed; 1 unless given.', seconds),
    periodSeconds: integer('Seconds between probes; 10 unless given.', seconds),
    successThreshold: integer('Probes in a row that must succeed; 1 unless given.', seconds),
    failureThreshold: integer('Probes in a row that must fail; 3 unless given.', seconds),
    httpGet: record(
      'An HTTP request that must be answered with 2xx or 3xx.',
      {
        path: text('Path to ask for.'),
        port: unsigned('Port to call.', portRange),
        host: text('Host header to send.'),
        scheme: text('`HTTP` or `HTTPS`.', { values: ['', 'HTTP', 'HTTPS'] }),
        httpHeaders: list(
          'Headers to send.',
          record('One header.', {
            name: text('Its name.', { pattern: /^[-_A-Za-z0-9]+$/, patternHelp: 'letters, digits, `-` and `_`' }),
            value: text('Its value.'),
          }),
        ),
      },
      { required: ['port'] },
    ),
    tcpSocket: record(
      'A connection that must be accepted.',
      { host: text('Host to connect to.'), port: unsigned('Port to connect to.', portRange) },
      { required: ['port'] },
    ),
    exec: record(
      'A command that must end with status 0.',
      { command: list('Program and arguments; no shell is used.', text('One argument.', { minLength: 1 })) },
      { required: ['command'] },
    ),
    grpc: record('A gRPC health check.', {
      port: unsigned('Port to call.', portRange),
      service: text('Name of the service to ask about.'),
    }),
  },
  { exclusive: [['httpGet', 'tcpSocket', 'exec', 'grpc']] },
);

export const workloadGroup: KindSchema = {
  group: 'networking.istio.io',
  kind: 'WorkloadGroup',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'A group of workloads outside Kubernetes: what a Deployment is to pods, for virtual machines that register themselves.',
  required: ['spec'],
  fields: {
    spec: record(
      'What the members have in common.',
      {
        metadata: record('Labels and annotations of the members.', {
          labels: mapOf('Labels every member gets.', text('Value of the label.'), { maxEntries: 256 }),
          annotations: mapOf('Annotations every member gets.', text('Value of the annotation.'), { maxEntries: 256 }),
        }),
        template: record('What the WorkloadEntry of a member is made from.', endpointFields, {
          rules: [socketWithoutPorts],
        }),
        probe,
      },
      { required: ['template'] },
    ),
  },
};
