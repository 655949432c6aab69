/** How a gateway checks the certificate of a backend. */
import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { RuleProblem, SchemaRule } from '../../schema.ts';
import { choice, list, mapOf, record, text } from '../../schema.ts';
import { has, isGiven } from '../table-rules.ts';
import { groupName, hostname, kindName, objectName, preciseHostname, sectionName } from './names.ts';
import { gatewayGroup, localReference } from './references.ts';

const oneSourceOfAuthorities: SchemaRule = (value) => {
  const hasOwn = listOf(fieldOf(value, 'caCertificateRefs')).length > 0;
  const isWellKnown = isGiven(value, 'wellKnownCACertificates');
  if (hasOwn && isWellKnown) {
    const message = 'Give either `caCertificateRefs` or `wellKnownCACertificates`, not both.';
    return [{ path: ['wellKnownCACertificates'], part: 'key', message }];
  }
  if (hasOwn || isWellKnown) return [];
  return [{ path: [], message: 'The authorities are missing: give `caCertificateRefs` or `wellKnownCACertificates`.' }];
};

const nameOfItsType: SchemaRule = (value) => {
  const type = stringOf(fieldOf(value, 'type'));
  const fields = { Hostname: 'hostname', URI: 'uri' };
  return Object.entries(fields).flatMap(([word, field]): readonly RuleProblem[] => {
    if (type === word && !isGiven(value, field)) {
      return [{ path: ['type'], message: `A name of the type \`${word}\` needs the field \`${field}\`.` }];
    }
    if (type === word || !isGiven(value, field)) return [];
    return [{ path: [field], part: 'key', message: `\`${field}\` belongs to the type \`${word}\`.` }];
  });
};

export const backendValidation = record(
  'How the certificate of the backend is checked.',
  {
    caCertificateRefs: list('ConfigMaps with the authorities.', localReference('One authority.', 'object'), {
      maxItems: 8,
    }),
    wellKnownCACertificates: text('`System` trusts the authorities of the system, instead of own ones.', {
      minLength: 1,
      maxLength: 253,
      pattern:
        /^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$/,
      patternHelp: '`System`, or a domain and a word',
    }),
    hostname: preciseHostname(
      'Name asked for by SNI, which the certificate must carry unless `subjectAltNames` are given.',
    ),
    subjectAltNames: list(
      'Names of which the certificate must carry one.',
      record(
        'One name.',
        {
          type: choice('Form of the name.', ['Hostname', 'URI']),
          hostname: hostname('The name, of the type Hostname.'),
          uri: text('The name, of the type URI, such as a SPIFFE id.', {
            minLength: 1,
            maxLength: 253,
            pattern: /^(([^:/?#]+):)(\/\/([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?/,
            patternHelp: 'a URI with scheme and authority, such as `spiffe://cluster.local/ns/a/sa/b`',
          }),
        },
        { required: ['type'], rules: [nameOfItsType] },
      ),
      { maxItems: 5 },
    ),
  },
  { required: ['hostname'], rules: [oneSourceOfAuthorities] },
);

/** Several references to one target must each name a section, and different ones. */
const distinctTargets: SchemaRule = (value) => {
  const firstOf = new Map<string, unknown>();
  const seen = new Set<string>();
  return listOf(value).flatMap((item, index): readonly RuleProblem[] => {
    const target = JSON.stringify(['group', 'kind', 'name'].map((key) => fieldOf(item, key)));
    const own = `${target} ${stringOf(fieldOf(item, 'sectionName')) ?? ''}`;
    const first = firstOf.get(target);
    if (first === undefined) firstOf.set(target, item);
    const name = stringOf(fieldOf(item, 'name')) ?? '';
    if (first !== undefined && isGiven(first, 'sectionName') !== isGiven(item, 'sectionName')) {
      return [
        { path: [index], message: `\`${name}\` is named more than once: each time with \`sectionName\`, or never.` },
      ];
    }
    if (seen.has(own)) {
      const message = `\`${name}\` is named more than once${has(item, 'sectionName') ? ' with the same `sectionName`' : ''}.`;
      return [{ path: [index], message }];
    }
    seen.add(own);
    return [];
  });
};

export const backendTlsPolicy: KindSchema = {
  group: gatewayGroup,
  kind: 'BackendTLSPolicy',
  versions: ['v1'],
  experimentalVersions: ['v1alpha3'],
  help: 'TLS from a gateway to a service, and how the certificate of the service is checked.',
  required: ['spec'],
  fields: {
    spec: record(
      'The services and the check.',
      {
        targetRefs: list(
          'Services it holds for, in its own namespace.',
          record(
            'One service.',
            {
              group: groupName('API group of the target; empty for a Service.'),
              kind: kindName('Kind of the target, such as Service.'),
              name: objectName('Name of the target.'),
              sectionName: sectionName('Name of the port; all unless given.'),
            },
            { required: ['group', 'kind', 'name'] },
          ),
          { minItems: 1, maxItems: 16, rules: [distinctTargets] },
        ),
        validation: backendValidation,
        options: mapOf(
          'Settings of the implementation.',
          text('Value of the setting.', { minLength: 0, maxLength: 4096 }),
          { maxEntries: 16 },
        ),
      },
      { required: ['targetRefs', 'validation'] },
    ),
  },
};
