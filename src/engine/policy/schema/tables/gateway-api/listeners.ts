/** Listeners, which a Gateway and a ListenerSet have alike. */
import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ListSchema, RuleProblem, SchemaRule } from '../../schema.ts';
import { choice, list, mapOf, record, text } from '../../schema.ts';
import { labelSelector } from '../kubernetes/label-selector.ts';
import { distinct, has, isGiven } from '../table-rules.ts';
import { groupName, hostname, kindName, sectionName } from './names.ts';
import { portNumber } from '../port-number.ts';
import { gatewayGroup, secretReference } from './references.ts';

const protocolOf = (listener: unknown): string => stringOf(fieldOf(listener, 'protocol')) ?? '';

/** What the protocol of each listener allows and demands. */
const listenerProtocols: SchemaRule = (value) =>
  listOf(value).flatMap((listener, index): readonly RuleProblem[] => {
    const protocol = protocolOf(listener);
    const tls = fieldOf(listener, 'tls');
    const mode = fieldOf(tls, 'mode');
    const problems: RuleProblem[] = [];
    if (['HTTP', 'TCP', 'UDP'].includes(protocol) && tls !== undefined) {
      const message = `A listener for \`${protocol}\` has no \`tls\`; the protocols with TLS are HTTPS and TLS.`;
      problems.push({ path: [index, 'tls'], part: 'key', message });
    }
    if (protocol === 'HTTPS' && tls !== undefined && mode !== '' && mode !== 'Terminate') {
      const message =
        'A listener for `HTTPS` ends TLS: its mode must be `Terminate`. To pass TLS on, use the protocol `TLS`.';
      problems.push({ path: [index, 'tls', 'mode'], message });
    }
    if (protocol === 'TLS' && !isGiven(tls, 'mode')) {
      problems.push({ path: [index], message: 'A listener for `TLS` needs `tls` with a mode.' });
    }
    if (['TCP', 'UDP'].includes(protocol) && isGiven(listener, 'hostname')) {
      const message = `A listener for \`${protocol}\` cannot tell hosts apart and has no \`hostname\`.`;
      problems.push({ path: [index, 'hostname'], part: 'key', message });
    }
    return problems;
  });

const distinctListeners: SchemaRule = distinct(
  (listener) =>
    has(listener, 'port')
      ? JSON.stringify(['port', 'protocol', 'hostname'].map((key) => fieldOf(listener, key) ?? null))
      : undefined,
  (listener) => {
    const host = stringOf(fieldOf(listener, 'hostname'));
    const where = host === undefined ? 'without a `hostname`' : `for \`${host}\``;
    return `Another listener has the same port and protocol ${where}.`;
  },
  'port',
);

const certificateForTermination: SchemaRule = (value) => {
  const isEmpty = (field: unknown): boolean => Object.keys(Object(field ?? {}) as object).length === 0;
  const isMissing =
    fieldOf(value, 'mode') === 'Terminate' &&
    isEmpty(fieldOf(value, 'certificateRefs')) &&
    isEmpty(fieldOf(value, 'options'));
  return isMissing ? [{ path: [], message: 'To end TLS, the listener needs `certificateRefs` (or `options`).' }] : [];
};

const tls = record(
  'How TLS is ended here, or passed on; for the protocols HTTPS and TLS.',
  {
    mode: choice(
      '`Terminate` ends TLS with a certificate, `Passthrough` leaves it to the backend.',
      ['Terminate', 'Passthrough'],
      {
        default: 'Terminate',
      },
    ),
    certificateRefs: list('Secrets with certificate and key.', secretReference('One certificate.'), { maxItems: 64 }),
    options: mapOf(
      'Settings of the implementation.',
      text('Value of the setting.', { minLength: 0, maxLength: 4096 }),
      {
        maxEntries: 16,
      },
    ),
  },
  { rules: [certificateForTermination] },
);

const allowedRoutes = record(
  'Which routes may attach to the listener.',
  {
    namespaces: record(
      'Namespaces the routes may be in; the one of the listener unless given.',
      {
        from: choice('`Same` namespace, `All`, or those that the `Selector` chooses.', ['All', 'Selector', 'Same'], {
          default: 'Same',
        }),
        selector: labelSelector('Labels of the namespaces; for `Selector`.'),
      },
      { default: { from: 'Same' } },
    ),
    kinds: list(
      'Kinds of routes; those that fit the protocol unless given.',
      record(
        'One kind.',
        {
          group: groupName('API group of the kind.', { default: gatewayGroup }),
          kind: kindName('Kind of the routes, such as HTTPRoute.'),
        },
        { required: ['kind'] },
      ),
      { maxItems: 8 },
    ),
  },
  { default: { namespaces: { from: 'Same' } } },
);

export const listeners: ListSchema = list(
  'What it listens on: ports, protocols, hosts and certificates.',
  record(
    'One listener.',
    {
      name: sectionName('Name of the listener, which routes give as `sectionName`.'),
      hostname: hostname('Host it serves; any unless given. Not for TCP and UDP.'),
      port: portNumber('Port it listens on.'),
      protocol: text('`HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP`, or one of the implementation, such as `example.com/foo`.', {
        minLength: 1,
        maxLength: 255,
        pattern:
          /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$/,
        patternHelp: 'a word such as `HTTPS`, or a domain and a word',
      }),
      tls,
      allowedRoutes,
    },
    { required: ['name', 'port', 'protocol'] },
  ),
  { minItems: 1, maxItems: 64, keys: ['name'], rules: [listenerProtocols, distinctListeners] },
);
