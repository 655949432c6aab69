/** What WasmPlugin and TrafficExtension have in common. */
import { isRecord } from '../../../../../shared/untrusted.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, integer, list, record, text } from '../../schema.ts';
import { openMapping } from '../open-mapping.ts';
import { urlScheme } from './url-scheme.ts';
import { portRange } from '../port-number.ts';

const valueOfInline: SchemaRule = (value) =>
  isRecord(value) && value.valueFrom === 'HOST' && value.value !== undefined
    ? [{ path: ['value'], part: 'key', message: 'With HOST the value is that of the proxy, so none can be given.' }]
    : [];

const moduleUrl: SchemaRule = (value) => {
  if (typeof value !== 'string' || value === '') return [];
  const scheme = urlScheme(value);
  if (scheme !== undefined && ['', 'http', 'https', 'file', 'oci'].includes(scheme)) return [];
  const message =
    scheme === undefined
      ? `\`${value}\` is no URL.`
      : `A module is fetched by \`oci://\`, \`http://\`, \`https://\` or \`file://\`, not by \`${scheme}:\`.`;
  return [{ path: [], part: 'value', message }];
};

const vmConfig = record('The virtual machine the module runs in.', {
  env: list(
    'Environment variables of the module.',
    record(
      'One variable.',
      {
        name: text('Its name.', { minLength: 1, maxLength: 256 }),
        value: text('Its value, for INLINE.', { maxLength: 2048 }),
        valueFrom: choice('Whether the value stands here, or is that of the proxy’s own environment.', [
          'INLINE',
          'HOST',
        ]),
      },
      { required: ['name'], rules: [valueOfInline] },
    ),
    { maxItems: 256, keys: ['name'] },
  ),
});

/** Fields of a WebAssembly module. */
export const wasmFields = {
  url: text(
    'Where the module is: `oci://`, `http://`, `https://` or `file://`; an image without a scheme is `oci://`.',
    {
      minLength: 1,
      rules: [moduleUrl],
    },
  ),
  sha256: text('SHA-256 of the module, in hexadecimal.', {
    pattern: /(^$|^[a-f0-9]{64}$)/,
    patternHelp: '64 hexadecimal digits in lower case',
  }),
  imagePullPolicy: choice('Whether an image that is there is fetched again.', [
    'UNSPECIFIED_POLICY',
    'IfNotPresent',
    'Always',
  ]),
  imagePullSecret: text('Secret with the credentials of the registry, in the same namespace.', {
    minLength: 1,
    maxLength: 253,
  }),
  verificationKey: text('Public key that signatures of the module are checked with; not used yet.'),
  pluginConfig: openMapping('Configuration given to the module, as it defines it.'),
  pluginName: text('Name of the plugin inside the module.', { minLength: 1, maxLength: 256 }),
  failStrategy: choice(
    'What happens to requests when the module fails: refused, let through, or retried after a reload.',
    ['FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD'],
  ),
  vmConfig,
  type: choice('Where it is inserted: as an HTTP filter (unless given) or a network filter.', [
    'UNSPECIFIED_PLUGIN_TYPE',
    'HTTP',
    'NETWORK',
  ]),
};

/** Which traffic a plugin sees. */
export const trafficMatch = list(
  'Traffic it is for, entries being alternatives; all unless given.',
  record('Conditions that must all hold.', {
    mode: choice('Side of the call: `SERVER` for what comes in, `CLIENT` for what goes out.', [
      'UNDEFINED',
      'CLIENT',
      'SERVER',
      'CLIENT_AND_SERVER',
    ]),
    ports: list(
      'Ports it is for; any unless given.',
      record('One port.', { number: integer('Number of the port.', portRange) }, { required: ['number'] }),
      { keys: ['number'] },
    ),
  }),
);

export const priority = integer('Order within a phase: higher first. 0 unless given.', { nullable: true });
