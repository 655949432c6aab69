import type { KindSchema } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, Schema, SchemaRule } from '../../schema.ts';
import { anything, choice, flag, integer, list, record, text, texts } from '../../schema.ts';
import { has } from '../table-rules.ts';
import { cidrs, cidrSets, domains, entities, groups, icmps, port, retired, secret, selector } from './cilium-parts.ts';

const tls = (help: string): ObjectSchema =>
  record(
    help,
    {
      secret: secret('Secret with certificate and key.'),
      certificate: text('Key of the secret that holds the certificate.'),
      privateKey: text('Key of the secret that holds the private key.'),
      trustedCA: text('Key of the secret that holds the authorities.'),
    },
    { required: ['secret'] },
  );

const http = list(
  'HTTP requests that are allowed; others are answered with 403.',
  record('Conditions that must all hold.', {
    path: text('Regular expression that the whole path must match.'),
    method: text('Regular expression that the method must match, such as `GET`.'),
    host: text('Regular expression that the host must match.'),
    headers: texts('Headers that must be there, as `Name` or `Name: value`.'),
    headerMatches: list(
      'Headers with their values, and what happens to others.',
      record(
        'One header.',
        {
          name: text('Name of the header.', { minLength: 1 }),
          value: text('Value of the header.'),
          secret: secret('Secret with the value.'),
          mismatch: choice('What happens to a request with another value; it is refused unless given.', [
            'LOG',
            'ADD',
            'DELETE',
            'REPLACE',
          ]),
        },
        { required: ['name'] },
      ),
    ),
  }),
);

const toPorts = list(
  'Ports, and what may be said there.',
  record('Ports and rules.', {
    ports: list('Ports that are allowed.', port, { maxItems: 40 }),
    rules: record(
      'What may be said at the ports; anything unless given.',
      {
        http,
        dns: domains('Names that may be asked for.'),
        kafka: retired('Requests of Kafka; removed from Cilium.'),
        l7: retired('Requests of an own parser; removed from Cilium.'),
        l7proto: retired('Name of an own parser; removed from Cilium.'),
      },
      { exclusive: [['http', 'dns']] },
    ),
    serverNames: {
      ...texts('Server names of TLS that are allowed; `*` stands for any letters.', {
        maxLength: 255,
        pattern: /^[-a-zA-Z0-9_*]+([.][-a-zA-Z0-9_*]+)*[.]?$/,
        patternHelp: 'a domain name, which may hold `*`',
      }),
      minItems: 1,
      isSet: true,
    },
    terminatingTLS: tls('Certificate shown to the caller, so that requests can be read.'),
    originatingTLS: tls('Authorities the destination is checked against.'),
    listener: record(
      'Listener of an Envoy that the traffic is sent through.',
      {
        envoyConfig: record(
          'Where the listener is defined.',
          {
            kind: choice('Kind of the object.', ['CiliumEnvoyConfig', 'CiliumClusterwideEnvoyConfig']),
            name: text('Name of the object.', { minLength: 1 }),
          },
          { required: ['name'] },
        ),
        name: text('Name of the listener.', { minLength: 1 }),
        priority: integer('Order among listeners.', { minimum: 1, maximum: 100 }),
      },
      { required: ['envoyConfig', 'name'] },
    ),
  }),
);

const deniedPorts = list(
  'Ports that are refused; all unless given.',
  record('Some ports.', { ports: list('Ports.', port) }),
);

const authentication = record(
  'Whether both sides must prove their identity.',
  { mode: choice('What is asked for.', ['disabled', 'required', 'test-always-fail']) },
  { required: ['mode'] },
);

const gone = (field: string): ListSchema => ({
  ...list('Removed from Cilium.', anything('A selector.')),
  deprecated: `\`${field}\` with the labels of both`,
});

const sources: Readonly<Record<string, Schema>> = {
  fromEndpoints: list('Pods the traffic may come from.', selector('Labels of pods.')),
  fromCIDR: cidrs('Addresses outside the cluster the traffic may come from.'),
  fromCIDRSet: cidrSets('Addresses outside the cluster, with exceptions.'),
  fromEntities: entities('Well-known sources: the host, the cluster, the world.'),
  fromGroups: groups('Machines of a cloud the traffic may come from.'),
  fromNodes: list('Nodes the traffic may come from.', selector('Labels of nodes.')),
  fromRequires: gone('fromEndpoints'),
  icmps: icmps('Messages of ICMP the rule is for.'),
};

const destinations: Readonly<Record<string, Schema>> = {
  toEndpoints: list('Pods the traffic may go to.', selector('Labels of pods.')),
  toCIDR: cidrs('Addresses outside the cluster the traffic may go to.'),
  toCIDRSet: cidrSets('Addresses outside the cluster, with exceptions.'),
  toEntities: entities('Well-known destinations: the host, the cluster, the world.'),
  toServices: list(
    'Services the traffic may go to.',
    record('Services by name or labels.', {
      k8sService: record('One service.', {
        serviceName: text('Name of the service.'),
        namespace: text('Its namespace.'),
      }),
      k8sServiceSelector: record(
        'Services by labels.',
        {
          selector: selector('Labels of the services.'),
          namespace: text('Their namespace.'),
        },
        { required: ['selector'] },
      ),
    }),
  ),
  toGroups: groups('Machines of a cloud the traffic may go to.'),
  toNodes: list('Nodes the traffic may go to.', selector('Labels of nodes.')),
  toRequires: gone('toEndpoints'),
  icmps: icmps('Messages of ICMP the rule is for.'),
};

const rule = (help: string, fields: Readonly<Record<string, Schema>>): ListSchema =>
  list(help, record('One rule; all that is given in it must hold.', fields));

const policy = (help: string): ObjectSchema =>
  record(
    help,
    {
      description: text('What the policy is for.'),
      endpointSelector: selector('Pods the policy is for; an empty selector means all of the namespace.'),
      nodeSelector: selector('Nodes the policy is for; in cluster-wide policies.'),
      ingress: rule('Traffic that may come in.', { ...sources, toPorts, authentication }),
      ingressDeny: rule('Traffic that may not come in, whatever else allows it.', { ...sources, toPorts: deniedPorts }),
      egress: rule('Traffic that may go out.', {
        ...destinations,
        toFQDNs: domains('Names outside the cluster; the pods must ask a DNS proxy for them.'),
        toPorts,
        authentication,
      }),
      egressDeny: rule('Traffic that may not go out, whatever else allows it.', {
        ...destinations,
        toPorts: deniedPorts,
      }),
      enableDefaultDeny: record('Whether what no rule allows is refused; where there are rules, unless given.', {
        egress: flag('For traffic that goes out.'),
        ingress: flag('For traffic that comes in.'),
      }),
      labels: list(
        'Labels of the rules, by which tools find them.',
        record(
          'One label.',
          { key: text('Key of the label.'), value: text('Its value.'), source: text('Where it comes from.') },
          { required: ['key'] },
        ),
      ),
      log: record('A note in the log of decisions.', {
        value: text('The note.', { maxLength: 32, pattern: /^\P{C}*$/u, patternHelp: 'printable' }),
      }),
    },
    {
      exactlyOne: [['endpointSelector', 'nodeSelector']],
      atLeastOne: [['ingress', 'ingressDeny', 'egress', 'egressDeny']],
    },
  );

const specOrSpecs: SchemaRule = (value) =>
  has(value, 'spec') || has(value, 'specs')
    ? []
    : [{ path: [], message: 'The policy needs `spec`, or `specs` for several.', kind: 'missing-field' }];

const fields = {
  spec: policy('Pods and rules.'),
  specs: list('Several policies in one object.', policy('Pods and rules.')),
};

export const ciliumKinds: readonly KindSchema[] = [
  {
    group: 'cilium.io',
    kind: 'CiliumNetworkPolicy',
    versions: ['v2'],
    help: 'Which traffic the pods of a namespace may have, also by HTTP, DNS and well-known sources.',
    required: [],
    rules: [specOrSpecs],
    fields,
  },
  {
    group: 'cilium.io',
    kind: 'CiliumClusterwideNetworkPolicy',
    versions: ['v2'],
    isClusterScoped: true,
    help: 'Which traffic pods of all namespaces, or nodes, may have.',
    required: [],
    rules: [specOrSpecs],
    fields,
  },
];
