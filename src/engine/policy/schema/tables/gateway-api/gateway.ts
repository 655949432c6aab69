import { isIP } from 'node:net';
import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel, KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema, SchemaRule } from '../../schema.ts';
import { choice, list, mapOf, record, text } from '../../schema.ts';
import { labelSelector } from '../kubernetes/label-selector.ts';
import { distinct, keysWhere } from '../table-rules.ts';
import { experimentalIn } from './channel.ts';
import { listeners } from './listeners.ts';
import { objectName } from './names.ts';
import { portNumber } from '../port-number.ts';
import { gatewayGroup, localReference, parametersReference, secretReference } from './references.ts';

const hostPattern = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const addressValue: SchemaRule = (value) => {
  const type = fieldOf(value, 'type');
  const address = stringOf(fieldOf(value, 'value'));
  if (address === undefined) return [];
  if (type === 'IPAddress' && isIP(address) === 0) {
    return [{ path: ['value'], part: 'value', message: 'An address of the type `IPAddress` must be an IP address.' }];
  }
  if (type === 'Hostname' && !hostPattern.test(address)) {
    return [{ path: ['value'], part: 'value', message: 'An address of the type `Hostname` must be a host name.' }];
  }
  return [];
};

const distinctAddresses: SchemaRule = distinct(
  (item) => {
    const [type, value] = [fieldOf(item, 'type'), fieldOf(item, 'value')];
    const isCompared = (type === 'IPAddress' || type === 'Hostname') && value !== undefined;
    return isCompared ? JSON.stringify([type, value]) : undefined;
  },
  (item) => `The address \`${stringOf(fieldOf(item, 'value')) ?? ''}\` is there already.`,
);

const addresses = list(
  'Addresses to ask for; the implementation chooses unless given.',
  record(
    'One address.',
    {
      type: text('`IPAddress`, `Hostname`, or a type of the implementation.', {
        minLength: 1,
        maxLength: 253,
        default: 'IPAddress',
        pattern:
          /^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
        patternHelp: '`IPAddress`, `Hostname`, or a domain and a path',
      }),
      value: text('The address; any of the type unless given.', { maxLength: 253 }),
    },
    { rules: [addressValue] },
  ),
  { maxItems: 16, rules: [distinctAddresses] },
);

const qualifiedKey =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;

const keyRules = [
  keysWhere(
    (key) => qualifiedKey.test(key) && (key.split('/')[0] ?? '').length < 253,
    'A key must be a name of at most 63 letters, digits, `-`, `_` and `.`; a domain and `/` may stand before it.',
  ),
];

const infrastructure = record('What is made for the gateway: its Service, Deployment and the like.', {
  annotations: mapOf(
    'Annotations of what is made.',
    text('Value of the annotation.', { minLength: 0, maxLength: 4096 }),
    {
      maxEntries: 16,
      rules: keyRules,
    },
  ),
  labels: mapOf(
    'Labels of what is made.',
    text('Value of the label.', {
      minLength: 0,
      maxLength: 63,
      pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
      patternHelp: 'letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or empty',
    }),
    { maxEntries: 8, rules: keyRules },
  ),
  parametersRef: localReference('Object with further parameters, in the namespace of the gateway.', 'object'),
});

const frontendTls = (help: string): ObjectSchema =>
  record(help, {
    validation: record(
      'How certificates of clients are checked.',
      {
        caCertificateRefs: list('ConfigMaps or Secrets with the authorities.', parametersReference('One authority.'), {
          minItems: 1,
          maxItems: 16,
        }),
        mode: choice(
          '`AllowValidOnly` refuses clients without a valid certificate, `AllowInsecureFallback` lets them in.',
          ['AllowValidOnly', 'AllowInsecureFallback'],
          { default: 'AllowValidOnly' },
        ),
      },
      { required: ['caCertificateRefs'] },
    ),
  });

const tls = record('TLS of the whole gateway, towards clients and towards backends.', {
  backend: record('Towards backends.', {
    clientCertificateRef: secretReference('Secret with the certificate that the gateway shows to backends.'),
  }),
  frontend: record(
    'Towards clients.',
    {
      default: frontendTls('For all ports that `perPort` does not name.'),
      perPort: list(
        'For single ports.',
        record(
          'One port.',
          { port: portNumber('Port of listeners for HTTPS.'), tls: frontendTls('What holds at the port.') },
          { required: ['port', 'tls'] },
        ),
        { maxItems: 64, keys: ['port'] },
      ),
    },
    { required: ['default'] },
  ),
});

export const gateway = (channel: ApiChannel): KindSchema => ({
  group: gatewayGroup,
  kind: 'Gateway',
  versions: ['v1', 'v1beta1'],
  help: 'Where traffic enters: addresses, listeners and certificates, run by the implementation of its class.',
  required: ['spec'],
  fields: {
    spec: record(
      'Class and listeners.',
      {
        gatewayClassName: objectName('GatewayClass, which says who runs the gateway.'),
        listeners,
        addresses,
        infrastructure,
        allowedListeners: record('Which ListenerSets may add listeners.', {
          namespaces: record(
            'Namespaces the ListenerSets may be in; none unless given.',
            {
              from: choice(
                '`None`, the `Same` namespace, `All`, or those that the `Selector` chooses.',
                ['All', 'Selector', 'Same', 'None'],
                { default: 'None' },
              ),
              selector: labelSelector('Labels of the namespaces; for `Selector`.'),
            },
            { default: { from: 'None' } },
          ),
        }),
        tls,
        defaultScope: experimentalIn(channel)(
          choice('Whether routes that ask for default gateways attach here.', ['All', 'None']),
        ),
      },
      { required: ['gatewayClassName', 'listeners'] },
    ),
  },
});
