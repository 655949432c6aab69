import type { KindSchema } from '../../kind-schema.ts';
import { choice, described, list, record, text, texts, unsigned } from '../../schema.ts';
import { connectionPool } from './connection-pool.ts';
import { workloadSelector } from './selection.ts';
import { serverTls } from './server-tls.ts';

const port = record('The port.', {
  number: unsigned('Number of the port.'),
  protocol: text('`HTTP`, `HTTPS`, `GRPC`, `HTTP2`, `MONGO`, `TCP` or `TLS`.'),
  name: text('A name for the port.'),
  targetPort: unsigned('Has no effect; Istio refuses it.'),
});

const captureMode = choice('How traffic gets to the listener: redirected by iptables, or sent to it.', [
  'DEFAULT',
  'IPTABLES',
  'NONE',
]);

const ingress = record(
  'One listener for traffic to the workload.',
  {
    port: described(port, 'The port that is called.'),
    bind: text('Address to listen on; the address of the workload unless given.'),
    captureMode,
    defaultEndpoint: text(
      'Where traffic goes: `127.0.0.1:port`, `0.0.0.0:port`, `[::1]:port`, `[::]:port` or `unix:///socket`.',
    ),
    tls: serverTls,
    connectionPool,
  },
  { required: ['port'] },
);

const egress = record(
  'One listener for traffic from the workload. The one without a port takes all other ports, and comes last.',
  {
    port: described(port, 'The port that is called; all other ports unless given.'),
    bind: text('Address or socket to listen on; chosen by Istio unless given.'),
    captureMode,
    hosts: texts(
      'Services that can be called, as `namespace/host`. `.` stands for the own namespace, `*` for all, `~` for none.',
    ),
  },
  { required: ['hosts'] },
);

export const sidecar: KindSchema = {
  group: 'networking.istio.io',
  kind: 'Sidecar',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'What the proxies of workloads listen on, and which services they know. Keeps their configuration small.',
  required: [],
  fields: {
    spec: record('For which workloads it is, and what goes in and out.', {
      workloadSelector: workloadSelector('Workloads of this namespace it is for; all unless given.'),
      ingress: list('Listeners for traffic to the workload; one per port of its services unless given.', ingress),
      egress: list('Listeners for traffic from the workload; what the namespace sees unless given.', egress),
      inboundConnectionPool: described(connectionPool, 'Limits on connections to the workload.'),
      outboundTrafficPolicy: record('What happens to calls to services that are not known.', {
        mode: choice('Sent on as they are (ALLOW_ANY), or refused (REGISTRY_ONLY).', ['REGISTRY_ONLY', 'ALLOW_ANY']),
        egressProxy: record(
          'Where calls to unknown services are sent; for ALLOW_ANY.',
          {
            host: text('Name of the service.'),
            subset: text('Subset of the service.'),
            port: record('Port of the service.', {
              number: unsigned('Number of the port.'),
            }),
          },
          { required: ['host'], deprecated: 'a gateway for egress traffic' },
        ),
      }),
    }),
  },
};
