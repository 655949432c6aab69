import type { KindFields, KindSchema } from '../../kind-schema.ts';
import { list, record, text } from '../../schema.ts';
import { portNumber } from '../port-number.ts';

const meshTls = record(
  'Who the workload is.',
  {
    identity: text('TLS identity of the workload, such as a SPIFFE id.', { minLength: 1, maxLength: 253 }),
    serverName: text('Server name that callers ask for.', { minLength: 1, maxLength: 253 }),
  },
  { required: ['identity', 'serverName'] },
);

const workload = (tlsField: string, mostAddresses: number): KindFields => ({
  required: ['spec'],
  fields: {
    spec: record(
      'Where the workload is and who it is.',
      {
        [tlsField]: meshTls,
        ports: list(
          'Ports the workload serves.',
          record(
            'One port.',
            {
              name: text('Name of the port.'),
              port: portNumber('Number of the port.'),
              protocol: text('Transport.', { default: 'TCP' }),
            },
            { required: ['port'] },
          ),
        ),
        workloadIPs: list('Addresses of the workload.', record('One address.', { ip: text('IP address.') }), {
          maxItems: mostAddresses,
        }),
      },
      { required: [tlsField] },
    ),
  },
});

export const externalWorkload: KindSchema = {
  group: 'workload.linkerd.io',
  kind: 'ExternalWorkload',
  versions: ['v1beta1', 'v1alpha1'],
  help: 'A workload outside the cluster that takes part in the mesh.',
  ...workload('meshTLS', 2),
  ofVersion: { v1alpha1: workload('meshTls', 1) },
};
