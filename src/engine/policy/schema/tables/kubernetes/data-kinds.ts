/** Kinds around workloads: namespaces, accounts, settings, and where requests come in. */
import type { KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema } from '../../schema.ts';
import { choice, flag, integer, list, record, text, textMap, texts } from '../../schema.ts';
import { openMapping } from '../open-mapping.ts';

const open = { isOpen: true };

const immutable = flag('Whether what is in it can no longer be changed.');

const localReference = record('One Secret.', { name: text('Name of the Secret.') }, open);

const backend: ObjectSchema = record(
  'Where the requests go.',
  {
    service: record(
      'A Service of the same namespace.',
      {
        name: text('Name of the Service.'),
        port: record(
          'Its port, by name or by number.',
          { name: text('Name of the port.'), number: integer('Number of the port.', { minimum: 1, maximum: 65_535 }) },
          { exclusive: [['name', 'number']], ...open },
        ),
      },
      { required: ['name'], ...open },
    ),
    resource: openMapping('Another object of the same namespace.'),
  },
  { exclusive: [['service', 'resource']], ...open },
);

const ingress: KindSchema = {
  group: 'networking.k8s.io',
  kind: 'Ingress',
  versions: ['v1'],
  help: 'Hosts and paths at which Services are reached from outside.',
  required: [],
  isOpen: true,
  fields: {
    spec: record(
      'Hosts, paths and where they lead.',
      {
        ingressClassName: text('Class of the controller that serves it, such as `istio`.'),
        defaultBackend: backend,
        tls: list(
          'Hosts that are served over TLS.',
          record(
            'Some hosts and their certificate.',
            { hosts: texts('Hosts of the certificate.'), secretName: text('Secret with the certificate.') },
            open,
          ),
        ),
        rules: list(
          'What leads where.',
          record(
            'One host.',
            {
              host: text('Host, with or without `*.` before it; every host unless given.', {
                pattern: /^[^:/]*$/,
                patternHelp: 'a host name, without scheme, port or path',
              }),
              http: record(
                'Paths of the host.',
                {
                  paths: list(
                    'Paths and where they lead.',
                    record(
                      'One path.',
                      {
                        path: text('Path, beginning with `/`.', {
                          pattern: /^(\/|$)/,
                          patternHelp: 'a path, which begins with `/`',
                        }),
                        pathType: choice('How the path is compared.', ['Exact', 'Prefix', 'ImplementationSpecific']),
                        backend,
                      },
                      { required: ['pathType', 'backend'], ...open },
                    ),
                  ),
                },
                open,
              ),
            },
            open,
          ),
        ),
      },
      open,
    ),
  },
};

const endpointSlice: KindSchema = {
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  versions: ['v1'],
  help: 'Addresses behind a Service.',
  required: ['addressType'],
  isOpen: true,
  fields: {
    addressType: choice('What the addresses are.', ['IPv4', 'IPv6', 'FQDN']),
    endpoints: list(
      'Who is behind the Service.',
      record(
        'One endpoint.',
        {
          addresses: texts('Addresses of the endpoint; the first is used.'),
          conditions: record(
            'Whether requests may be sent to it.',
            {
              ready: flag('Whether it takes requests.'),
              serving: flag('Whether it answers, though it may be stopping.'),
              terminating: flag('Whether it is stopping.'),
            },
            open,
          ),
          hostname: text('Name of the endpoint below that of the Service.'),
          nodeName: text('Node on which it runs.'),
          zone: text('Zone in which it runs.'),
          targetRef: openMapping('Object behind the endpoint, usually a Pod.'),
        },
        { required: ['addresses'], ...open },
      ),
    ),
    ports: list(
      'Ports of the endpoints.',
      record(
        'One port.',
        {
          name: text('Name of the port of the Service.'),
          port: integer('Number of the port.', { minimum: 1, maximum: 65_535 }),
          protocol: choice('Transport.', ['TCP', 'UDP', 'SCTP']),
          appProtocol: text('Protocol of the application.'),
        },
        open,
      ),
    ),
  },
};

export const dataKinds: readonly KindSchema[] = [
  {
    group: 'core',
    kind: 'Namespace',
    versions: ['v1'],
    nameForm: 'label',
    isClusterScoped: true,
    help: 'A room for names; its labels say whether its pods are in the mesh.',
    required: [],
    isOpen: true,
    fields: { spec: record('Set by the server.', { finalizers: texts('What must happen before it is gone.') }, open) },
  },
  {
    group: 'core',
    kind: 'ServiceAccount',
    versions: ['v1'],
    help: 'An account of pods, and with it their identity in the mesh.',
    required: [],
    isOpen: true,
    fields: {
      automountServiceAccountToken: flag('Whether its token is put into the containers.'),
      imagePullSecrets: list('Secrets with which images are fetched.', localReference),
      secrets: list('Secrets that its pods may use.', localReference),
    },
  },
  {
    group: 'core',
    kind: 'ConfigMap',
    versions: ['v1'],
    help: 'Settings by name.',
    required: [],
    isOpen: true,
    fields: {
      data: textMap('Texts by name; a number needs quotes.'),
      binaryData: textMap('Bytes by name, in Base64.'),
      immutable,
    },
  },
  {
    group: 'core',
    kind: 'Secret',
    versions: ['v1'],
    help: 'Secrets by name, such as a certificate and its key.',
    required: [],
    isOpen: true,
    fields: {
      type: text('What is in it, such as `kubernetes.io/tls`; `Opaque` unless given.'),
      data: textMap('Bytes by name, in Base64.'),
      stringData: textMap('The same as texts, which are put into `data`.'),
      immutable,
    },
  },
  endpointSlice,
  ingress,
];
