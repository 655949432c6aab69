import type { KindSchema } from '../../kind-schema.ts';
import { list, record, text, textMap, texts, unsigned } from '../../schema.ts';
import { serverTls } from './server-tls.ts';

export const gateway: KindSchema = {
  group: 'networking.istio.io',
  kind: 'Gateway',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'Where traffic enters or leaves the mesh: ports, protocols, hosts and certificates of a gateway workload.',
  required: [],
  fields: {
    spec: record('The workload and what it listens on.', {
      selector: textMap('Labels of the workload that is the gateway.'),
      servers: list(
        'What it listens on.',
        record(
          'One listener.',
          {
            port: record(
              'The port.',
              {
                number: unsigned('Number of the port.'),
                protocol: text('`HTTP`, `HTTPS`, `GRPC`, `HTTP2`, `MONGO`, `TCP` or `TLS`.'),
                name: text('A name for the port.'),
                targetPort: unsigned('Has no effect; Istio refuses it.'),
              },
              { required: ['number', 'protocol', 'name'] },
            ),
            bind: text('Address or socket to listen on.'),
            hosts: texts('Hosts that are served, as `host` or `namespace/host`. `*` stands for any.'),
            tls: serverTls,
            defaultEndpoint: text('Loopback address to which traffic goes; Istio ignores it.'),
            name: text('A name for the listener.'),
          },
          { required: ['port', 'hosts'] },
        ),
      ),
    }),
  },
};
