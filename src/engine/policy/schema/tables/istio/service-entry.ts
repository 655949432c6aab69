import { isRecord } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, list, mapOf, record, text, texts, unsigned } from '../../schema.ts';
import { portRange } from '../port-number.ts';

/** A Unix domain socket has a path, or an abstract name after `@`. */
const socketPath: SchemaRule = (value) => {
  if (typeof value !== 'string' || !value.startsWith('unix://')) return [];
  const isPath = /^unix:\/\/[/@]/.test(value) && !value.endsWith('/');
  return isPath
    ? []
    : [{ path: [], part: 'value', message: 'A socket is the absolute path of a file, or a name after `@`.' }];
};

export const socketWithoutPorts: SchemaRule = (value) => {
  const isSocket = isRecord(value) && typeof value.address === 'string' && value.address.startsWith('unix://');
  return isSocket && value.ports !== undefined
    ? [{ path: ['ports'], part: 'key', message: 'A socket has no ports.' }]
    : [];
};

const portName = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;

const portNames: SchemaRule = (value) =>
  Object.keys(isRecord(value) ? value : {})
    .filter((name) => name.length > 62 || !portName.test(name))
    .map((name) => ({
      path: [name],
      part: 'key',
      message: `\`${name}\` cannot be the name of a port: at most 62 letters, digits and \`-\`.`,
    }));

const noEndpoints: SchemaRule = (value) =>
  isRecord(value) &&
  (value.resolution ?? 'NONE') === 'NONE' &&
  Array.isArray(value.endpoints) &&
  value.endpoints.length === 0
    ? [
        {
          path: ['endpoints'],
          part: 'key',
          message: 'With resolution NONE there can be no `endpoints`, not even an empty list.',
        },
      ]
    : [];

/** Shared by WorkloadEntry and the endpoints of a ServiceEntry. */
export const endpointFields = {
  address: text('IP address, DNS name, or `unix:///socket`.', { maxLength: 256, rules: [socketPath] }),
  ports: mapOf('Port of the endpoint by the name of the service’s port.', unsigned('Number of the port.', portRange), {
    maxEntries: 128,
    rules: [portNames],
  }),
  labels: mapOf('Labels, as a pod would have.', text('Value of the label.'), { maxEntries: 256 }),
  network: text('Network the endpoint is in.', { maxLength: 2048 }),
  locality: text('Where it runs, `region/zone/subzone`.', { maxLength: 2048 }),
  weight: unsigned('Share of the load relative to other endpoints.'),
  serviceAccount: text('Service account its identity comes from.', { maxLength: 253 }),
};

export const serviceEntry: KindSchema = {
  group: 'networking.istio.io',
  kind: 'ServiceEntry',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'A service that Kubernetes does not know: outside the mesh, or of virtual machines.',
  required: ['spec'],
  fields: {
    spec: record(
      'Hosts, ports, and how they are reached.',
      {
        hosts: list('Names by which the service is called.', text('A name.'), {
          minItems: 1,
          maxItems: 256,
        }),
        addresses: list('Virtual addresses of the service, as IP or CIDR.', text('An address.', { maxLength: 64 }), {
          maxItems: 256,
        }),
        ports: list(
          'Ports of the service.',
          record(
            'One port.',
            {
              number: unsigned('Number of the port.', portRange),
              protocol: text('`HTTP`, `HTTPS`, `GRPC`, `HTTP2`, `MONGO`, `TCP` or `TLS`.', { maxLength: 256 }),
              name: text('A name for the port.', { maxLength: 256 }),
              targetPort: unsigned('Port of the endpoint, if it is another.', portRange),
            },
            { required: ['number', 'name'] },
          ),
          { maxItems: 256, keys: ['name'] },
        ),
        location: choice('Whether it is part of the mesh.', ['MESH_EXTERNAL', 'MESH_INTERNAL']),
        resolution: choice('How addresses are found: where the caller dials, from the endpoints here, or by DNS.', [
          'NONE',
          'STATIC',
          'DNS',
          'DNS_ROUND_ROBIN',
          'DYNAMIC_DNS',
        ]),
        endpoints: list(
          'Endpoints of the service.',
          record('One endpoint.', endpointFields, { rules: [socketWithoutPorts] }),
          { maxItems: 4096 },
        ),
        workloadSelector: record('Pods and WorkloadEntries that are its endpoints.', {
          labels: mapOf('Labels the workload must have.', text('Value of the label.', { maxLength: 63 }), {
            maxEntries: 256,
          }),
        }),
        exportTo: texts('Namespaces that see this: names, `.` for its own, `*` for all.'),
        subjectAltNames: texts('Names of which the server’s certificate must carry one.'),
      },
      { required: ['hosts'], exclusive: [['workloadSelector', 'endpoints']], rules: [noEndpoints] },
    ),
  },
};
