import { listOf } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema, SchemaRule } from '../../schema.ts';
import { choice, intOrText, list, record, text, texts } from '../../schema.ts';
import { strictSelector } from '../kubernetes/label-selector.ts';
import { has } from '../table-rules.ts';
import { portNumber, portRange } from '../port-number.ts';

const ports = (help: string) =>
  list(
    help,
    record('One port, or a range of ports.', {
      protocol: choice('Transport; TCP unless given.', ['TCP', 'UDP', 'SCTP'], { default: 'TCP' }),
      port: intOrText('Number of the port, or its name in the pod; all unless given.', portRange),
      endPort: portNumber('Last port of the range that begins at `port`.'),
    }),
  );

const addressesAlone: SchemaRule = (value) => {
  if (!has(value, 'ipBlock')) return [];
  return ['podSelector', 'namespaceSelector']
    .filter((field) => has(value, field))
    .map((field) => ({
      path: [field],
      part: 'key',
      message: `\`${field}\` cannot stand beside \`ipBlock\`; write two items.`,
    }));
};

const notEmpty: SchemaRule = (value) =>
  ['podSelector', 'namespaceSelector', 'ipBlock'].some((field) => has(value, field))
    ? []
    : [{ path: [], message: 'Give a `podSelector`, a `namespaceSelector` or an `ipBlock`.' }];

const peer: ObjectSchema = record(
  'Pods, namespaces, or addresses.',
  {
    podSelector: strictSelector('Labels of the pods; with `namespaceSelector` both must hold.'),
    namespaceSelector: strictSelector('Labels of the namespaces; the one of the policy unless given.'),
    ipBlock: record(
      'Addresses outside the cluster.',
      {
        cidr: text('Range of addresses, such as `10.0.0.0/8`.', { format: 'cidr' }),
        except: texts('Parts that do not count.', { format: 'cidr' }),
      },
      { required: ['cidr'] },
    ),
  },
  { rules: [addressesAlone, notEmpty] },
);

const knownTypes: SchemaRule = (value) =>
  listOf(value).length > 2 ? [{ path: [], part: 'key', message: 'There are two policy types at most.' }] : [];

export const networkPolicy: KindSchema = {
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  versions: ['v1'],
  help: 'Which traffic the pods of a namespace may have; what no policy allows is refused once a policy selects a pod.',
  required: [],
  fields: {
    spec: record('Pods and rules.', {
      podSelector: strictSelector('Labels of the pods it is for; all of the namespace unless any are given.'),
      policyTypes: {
        ...texts('`Ingress`, `Egress` or both; by the rules that are there unless given.', {
          values: ['Ingress', 'Egress'],
        }),
        rules: [knownTypes],
      },
      ingress: list(
        'Traffic to the pods that is allowed; an empty list allows none.',
        record('What is allowed; an empty rule allows all.', {
          from: list('Where the traffic may come from; anywhere unless given.', peer),
          ports: ports('Ports that may be called; all unless given.'),
        }),
      ),
      egress: list(
        'Traffic from the pods that is allowed; an empty list allows none.',
        record('What is allowed; an empty rule allows all.', {
          to: list('Where the traffic may go; anywhere unless given.', peer),
          ports: ports('Ports that may be called; all unless given.'),
        }),
      ),
    }),
  },
};
