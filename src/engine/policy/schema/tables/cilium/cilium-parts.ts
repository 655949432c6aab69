/** What rules of Cilium's policies are made of. */
import type { ListSchema, ObjectSchema, Pattern, Schema } from '../../schema.ts';
import { anything, choice, integer, intOrText, list, mapOf, record, text, textMap, texts } from '../../schema.ts';
import { labelConditions } from '../kubernetes/label-selector.ts';

export const selector = (help: string): ObjectSchema =>
  record(help, {
    matchLabels: mapOf(
      'Labels that must all be there with these values. A source such as `k8s:` may stand before a key.',
      text('Value of the label.', {
        maxLength: 63,
        pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
        patternHelp: 'letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or empty',
      }),
    ),
    matchExpressions: labelConditions,
  });

const cidr = (help: string) => text(help, { format: 'cidr' });

export const cidrs = (help: string): ListSchema => list(help, cidr('A range of addresses.'));

export const cidrSets = (help: string): ListSchema =>
  list(
    help,
    record(
      'Ranges of addresses, and parts that do not count.',
      {
        cidr: cidr('A range of addresses.'),
        cidrGroupRef: text('Name of a CiliumCIDRGroup.', {
          maxLength: 253,
          pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
          patternHelp: 'lower-case letters, digits, `-` and `.`',
        }),
        cidrGroupSelector: selector('Labels of CiliumCIDRGroups.'),
        except: cidrs('Parts of the ranges that do not count.'),
      },
      { exactlyOne: [['cidr', 'cidrGroupRef', 'cidrGroupSelector']] },
    ),
  );

const entityNames = [
  'all',
  'world',
  'cluster',
  'cluster-mesh',
  'host',
  'init',
  'ingress',
  'unmanaged',
  'remote-node',
  'health',
  'none',
  'kube-apiserver',
];

export const entities = (help: string): ListSchema => list(help, choice('One of them.', entityNames));

export const groups = (help: string): ListSchema =>
  list(
    help,
    record('Machines of a cloud.', {
      aws: record('Machines of AWS.', {
        labels: textMap('Tags of the machines.'),
        region: text('Region of the machines.'),
        securityGroupsIds: texts('Ids of security groups.'),
        securityGroupsNames: texts('Names of security groups.'),
      }),
    }),
  );

export const domains = (help: string): ListSchema =>
  list(
    help,
    record(
      'A name, or a pattern of names.',
      {
        matchName: text('The whole name.', {
          maxLength: 255,
          pattern: /^[-a-zA-Z0-9_]+([.][-a-zA-Z0-9_]+)*[.]?$/,
          patternHelp: 'a domain name',
        }),
        matchPattern: text('A pattern in which `*` stands for any letters of one part.', {
          maxLength: 255,
          pattern: /^[-a-zA-Z0-9_*]+([.][-a-zA-Z0-9_*]+)*[.]?$/,
          patternHelp: 'a domain name with `*`',
        }),
      },
      { exactlyOne: [['matchName', 'matchPattern']] },
    ),
  );

const messageTypes =
  /^([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]|EchoReply|DestinationUnreachable|Redirect|Echo|RouterAdvertisement|RouterSelection|TimeExceeded|ParameterProblem|Timestamp|TimestampReply|Photuris|ExtendedEchoRequest|ExtendedEcho Reply|PacketTooBig|EchoRequest|MulticastListenerQuery|MulticastListenerReport|MulticastListenerDone|RouterSolicitation|NeighborSolicitation|NeighborAdvertisement|RedirectMessage|RouterRenumbering|ICMPNodeInformationQuery|ICMPNodeInformationResponse|InverseNeighborDiscoverySolicitation|InverseNeighborDiscoveryAdvertisement|HomeAgentAddressDiscoveryRequest|HomeAgentAddressDiscoveryReply|MobilePrefixSolicitation|MobilePrefixAdvertisement|DuplicateAddressRequestCodeSuffix|DuplicateAddressConfirmationCodeSuffix|ExtendedEchoReply)$/;

export const icmps = (help: string): ListSchema =>
  list(
    help,
    record('Messages of ICMP.', {
      fields: list(
        'Types of messages.',
        record(
          'One type.',
          {
            family: choice('IP version.', ['IPv4', 'IPv6'], { default: 'IPv4' }),
            type: intOrText('Number or name of the type, such as `EchoRequest`.', {
              pattern: messageTypes,
              patternHelp: 'a number up to 255 or the name of a type',
            }),
          },
          { required: ['type'] },
        ),
        { maxItems: 40 },
      ),
    }),
  );

/** Anything that begins with a digit passes, as does anything that ends with a name: looked for at the end only. */
const numberOrName: Pattern = {
  source: '^[0-9]|[a-zA-Z](-?[a-zA-Z0-9])*$',
  test: (value) => /^[0-9]/.test(value) || /[a-zA-Z](?:-?[a-zA-Z0-9])*$/.test(value.slice(-64)),
};

export const port = record('One port, or a range of ports.', {
  port: text('Number or name of the port, as a text.', {
    pattern: numberOrName,
    patternHelp: 'a number up to 65535, or a name',
  }),
  endPort: integer('Last port of the range that begins at `port`.', { minimum: 0, maximum: 65535, format: 'int32' }),
  protocol: choice('Transport; any unless given.', [
    'TCP',
    'UDP',
    'SCTP',
    'VRRP',
    'IGMP',
    'GRE',
    'IPIP',
    'IPV6',
    'ESP',
    'AH',
    'ANY',
  ]),
});

export const secret = (help: string): ObjectSchema =>
  record(
    help,
    { name: text('Name of the secret.'), namespace: text('Namespace of the secret.') },
    { required: ['name'] },
  );

/** Gone since, but still taken by older versions. */
export const retired = (help: string): Schema => anything(help, { deprecated: 'rules for `http` or `dns`' });
