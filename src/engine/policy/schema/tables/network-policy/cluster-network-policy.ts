import type { KindSchema } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema } from '../../schema.ts';
import { choice, integer, list, record, text, texts } from '../../schema.ts';
import { labelSelector } from '../kubernetes/label-selector.ts';
import { ascending, demand } from '../table-rules.ts';
import { isCidr } from '../../text-formats.ts';
import { portNumber } from '../port-number.ts';

export const policyGroup = 'policy.networking.k8s.io';

const namespaces = labelSelector('Labels of the namespaces; all unless any are given.');

/** Pods by their namespace and labels; exactly one of both forms. */
const podsOrNamespaces = (help: string): ObjectSchema =>
  record(
    help,
    {
      namespaces,
      pods: record(
        'Some pods of some namespaces.',
        {
          namespaceSelector: labelSelector('Labels of the namespaces; all unless given.'),
          podSelector: labelSelector('Labels of the pods; all unless any are given.'),
        },
        { required: ['podSelector'] },
      ),
    },
    { minEntries: 1, maxEntries: 1 },
  );

export const cidrs: ListSchema = {
  ...texts('Ranges of addresses, such as `10.0.0.0/8`.', {
    maxLength: 43,
    rules: [
      demand(
        (value) => typeof value !== 'string' || isCidr(value),
        'The range must be an address and a length, such as `10.0.0.0/8`.',
      ),
    ],
  }),
  minItems: 1,
  maxItems: 25,
  isSet: true,
};

const destination = record(
  'A protocol and its ports.',
  {
    destinationPort: record(
      'Ports that are called; all unless given.',
      {
        number: portNumber('One port.'),
        range: record(
          'A range of ports.',
          { start: portNumber('First port.'), end: portNumber('Last port.') },
          { required: ['end', 'start'], rules: [ascending('start', 'end', true)] },
        ),
      },
      { minEntries: 1, maxEntries: 1 },
    ),
  },
  { minEntries: 1 },
);

const protocols = list(
  'Protocols and ports the rule is for; all unless given.',
  record(
    'One protocol, or a port by its name in the pod.',
    { tcp: destination, udp: destination, sctp: destination, destinationNamedPort: text('Name of a port of the pod.') },
    { minEntries: 1, maxEntries: 1 },
  ),
  { minItems: 1, maxItems: 25 },
);

const action = choice('`Accept` and `Deny` decide; `Pass` leaves it to the NetworkPolicies and then the baseline.', [
  'Accept',
  'Deny',
  'Pass',
]);
const name = text('Name of the rule, for people.', { maxLength: 100 });
const peers = (help: string, peer: ObjectSchema): ListSchema => list(help, peer, { minItems: 1, maxItems: 25 });

const destinationPeer = podsOrNamespaces('One peer.');

export const clusterNetworkPolicy: KindSchema = {
  group: policyGroup,
  kind: 'ClusterNetworkPolicy',
  versions: ['v1alpha2', 'v1beta1'],
  isClusterScoped: true,
  help: 'Network policy of the administrators, before or after those of the namespaces.',
  required: ['spec'],
  fields: {
    spec: record(
      'Pods and rules.',
      {
        tier: choice('`Admin` comes before NetworkPolicies, `Baseline` after them.', ['Admin', 'Baseline']),
        priority: integer('Order within the tier; lower numbers come first.', {
          minimum: 0,
          maximum: 1000,
          format: 'int32',
        }),
        subject: podsOrNamespaces('Pods the policy is for.'),
        ingress: list(
          'Rules for traffic to the pods; the first that matches counts.',
          record(
            'One rule.',
            { name, action, from: peers('Where the traffic comes from.', podsOrNamespaces('One peer.')), protocols },
            { required: ['action', 'from'] },
          ),
          { maxItems: 25 },
        ),
        egress: list(
          'Rules for traffic from the pods; the first that matches counts.',
          record(
            'One rule.',
            {
              name,
              action,
              to: peers('Where the traffic goes.', {
                ...destinationPeer,
                fields: { ...destinationPeer.fields, networks: cidrs },
              }),
              protocols,
            },
            { required: ['action', 'to'] },
          ),
          { maxItems: 25 },
        ),
      },
      { required: ['priority', 'subject', 'tier'] },
    ),
  },
};
