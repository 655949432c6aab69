/** AdminNetworkPolicy and BaselineAdminNetworkPolicy, which ClusterNetworkPolicy replaces. */
import { fieldOf, listOf } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, RuleProblem, Schema, SchemaRule } from '../../schema.ts';
import { choice, integer, list, record, text, texts } from '../../schema.ts';
import { labelSelector } from '../kubernetes/label-selector.ts';
import { has } from '../table-rules.ts';
import { cidrs, policyGroup } from './cluster-network-policy.ts';
import { portNumber } from '../port-number.ts';

const podsOrNamespaces = (help: string, further: Readonly<Record<string, Schema>> = {}): ObjectSchema =>
  record(
    help,
    {
      namespaces: labelSelector('Labels of the namespaces; all unless any are given.'),
      pods: record(
        'Some pods of some namespaces.',
        {
          namespaceSelector: labelSelector('Labels of the namespaces; all unless any are given.'),
          podSelector: labelSelector('Labels of the pods; all unless any are given.'),
        },
        { required: ['namespaceSelector', 'podSelector'] },
      ),
      ...further,
    },
    { minEntries: 1, maxEntries: 1 },
  );

const protocol = text('Transport: TCP, UDP or SCTP.', { default: 'TCP' });

const ports = list(
  'Ports the rule is for; all unless given.',
  record(
    'One port, a range of ports, or a port by its name in the pod.',
    {
      portNumber: record(
        'One port.',
        { port: portNumber('Number of the port.'), protocol },
        { required: ['port', 'protocol'] },
      ),
      portRange: record(
        'A range of ports.',
        { start: portNumber('First port.'), end: portNumber('Last port.'), protocol },
        { required: ['end', 'start'] },
      ),
      namedPort: text('Name of a port of the pod.'),
    },
    { minEntries: 1, maxEntries: 1 },
  ),
  { minItems: 1, maxItems: 100 },
);

/** Nothing outside the pods has ports with names. */
const namedPortsOfPods: SchemaRule = (value) => {
  const peers = listOf(fieldOf(value, 'to'));
  const isOutside = peers.some((peer) => ['networks', 'nodes', 'domainNames'].some((field) => has(peer, field)));
  if (!isOutside) return [];
  return listOf(fieldOf(value, 'ports')).flatMap((each, index): readonly RuleProblem[] =>
    has(each, 'namedPort')
      ? [
          {
            path: ['ports', index, 'namedPort'],
            part: 'key',
            message: 'A rule for networks, nodes or domains cannot use a port by its name.',
          },
        ]
      : [],
  );
};

const domainNames: ListSchema = {
  ...texts('Domain names, of which only the first part may be `*`; for `Allow` only.', {
    pattern: /^(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/,
    patternHelp: 'a domain name of several parts; the first may be `*`',
  }),
  minItems: 1,
  maxItems: 25,
  isSet: true,
};

const rules = (
  actions: readonly string[],
  help: string,
  peers: Readonly<Record<string, Schema>>,
  further: readonly SchemaRule[],
) => {
  const field = Object.keys(peers)[0] ?? '';
  return list(
    help,
    record(
      'One rule.',
      {
        name: text('Name of the rule, for people.', { maxLength: 100 }),
        action: choice('What is decided.', actions),
        ...peers,
        ports,
      },
      { required: ['action', field], ...(further.length > 0 && { rules: further }) },
    ),
    { maxItems: 100 },
  );
};

const from = {
  from: list('Where the traffic comes from.', podsOrNamespaces('One peer.'), { minItems: 1, maxItems: 100 }),
};
const outside = { networks: cidrs, nodes: labelSelector('Labels of nodes.') };
const to = (further: Readonly<Record<string, Schema>>) => ({
  to: list('Where the traffic goes.', podsOrNamespaces('One peer.', { ...outside, ...further }), {
    minItems: 1,
    maxItems: 100,
  }),
});
const ingressHelp = 'Rules for traffic to the pods; the first that matches counts.';
const egressHelp = 'Rules for traffic from the pods; the first that matches counts.';
const decisions = ['Allow', 'Deny', 'Pass'];
const baselineDecisions = ['Allow', 'Deny'];

export const adminNetworkPolicy: KindSchema = {
  group: policyGroup,
  kind: 'AdminNetworkPolicy',
  versions: ['v1alpha1'],
  isClusterScoped: true,
  help: 'Network policy of the administrators, before those of the namespaces. ClusterNetworkPolicy replaces it.',
  required: ['spec'],
  fields: {
    spec: record(
      'Pods and rules.',
      {
        priority: integer('Order among policies; lower numbers come first.', {
          minimum: 0,
          maximum: 1000,
          format: 'int32',
        }),
        subject: podsOrNamespaces('Pods the policy is for.'),
        ingress: rules(decisions, ingressHelp, from, []),
        egress: rules(decisions, egressHelp, to({ domainNames }), [namedPortsOfPods]),
      },
      { required: ['priority', 'subject'] },
    ),
  },
};

const namedDefault: SchemaRule = (value) => {
  const name = fieldOf(fieldOf(value, 'metadata'), 'name');
  return name === undefined || name === 'default'
    ? []
    : [
        {
          path: ['metadata', 'name'],
          part: 'value',
          message: 'There is one baseline in a cluster, and its name is `default`.',
        },
      ];
};

export const baselineAdminNetworkPolicy: KindSchema = {
  group: policyGroup,
  kind: 'BaselineAdminNetworkPolicy',
  versions: ['v1alpha1'],
  isClusterScoped: true,
  help: 'What holds where no other network policy decides. ClusterNetworkPolicy replaces it.',
  required: ['spec'],
  rules: [namedDefault],
  fields: {
    spec: record(
      'Pods and rules.',
      {
        subject: podsOrNamespaces('Pods the policy is for.'),
        ingress: rules(baselineDecisions, ingressHelp, from, []),
        egress: rules(baselineDecisions, egressHelp, to({}), [namedPortsOfPods]),
      },
      { required: ['subject'] },
    ),
  },
};
