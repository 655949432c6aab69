/** Kinds of the experimental channel, in a group of their own. */
import { parseGoDuration } from '../../../../../shared/go-duration.ts';
import { fieldOf } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, integer, list, record, text } from '../../schema.ts';
import { demand, has } from '../table-rules.ts';
import { backendValidation } from './backend-tls.ts';
import { sessionPersistence } from './filters.ts';
import { controlledBy } from './gateway-class.ts';
import { gatewayDuration, preciseHostname } from './names.ts';
import { portNumber } from '../port-number.ts';
import { localReference, secretReference } from './references.ts';

const group = 'gateway.networking.x-k8s.io';
const own = { group, versions: ['v1alpha1'], required: ['spec'] } as const;

/** A field that is there exactly when another has the word. */
const exactlyWhen =
  (field: string, discriminator: string, word: string): SchemaRule =>
  (value) => {
    const isDemanded = fieldOf(value, discriminator) === word;
    if (isDemanded === has(value, field)) return [];
    return isDemanded
      ? [{ path: [discriminator], message: `\`${word}\` needs the field \`${field}\`.` }]
      : [{ path: [field], part: 'key', message: `\`${field}\` is for \`${word}\` only.` }];
  };

const milliseconds = (value: unknown): number => (typeof value === 'string' ? (parseGoDuration(value) ?? 0) : 0);
const second = 1000;
const hour = 3_600_000;

const xBackend: KindSchema = {
  ...own,
  kind: 'XBackend',
  help: 'A backend outside the cluster, for routes to refer to.',
  fields: {
    spec: record(
      'What the backend is and how it is reached.',
      {
        type: choice('What the backend is.', ['ExternalHostname']),
        externalHostname: record(
          'The host; for the type ExternalHostname.',
          {
            hostname: preciseHostname('Name of the host, found by DNS.', {
              rules: [
                demand(
                  (value) => typeof value !== 'string' || !value.endsWith('.cluster.local'),
                  'The host must be outside the cluster; for a service of the cluster refer to the Service.',
                ),
              ],
            }),
          },
          { required: ['hostname'] },
        ),
        port: record(
          'Port of the backend.',
          {
            name: text('Name of the port.', {
              maxLength: 63,
              rules: [
                demand(
                  (value) => typeof value !== 'string' || /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)?$/.test(value),
                  'The name must be of lower-case letters, digits and `-`, with a letter or digit at both ends.',
                ),
              ],
            }),
            port: portNumber('Number of the port.'),
          },
          { required: ['port'] },
        ),
        protocol: choice('What the backend speaks.', ['TCP', 'HTTP', 'HTTP2', 'HTTP11', 'H2C', 'MCP']),
        tls: record(
          'TLS towards the backend.',
          {
            mode: choice('`ServerOnly` checks the backend, `ClientAndServer` also shows a certificate.', [
              'None',
              'ServerOnly',
              'ClientAndServer',
            ]),
            clientCertificateRef: secretReference('Secret with the certificate to show; for ClientAndServer.'),
            validation: backendValidation,
          },
          { required: ['mode'], rules: [exactlyWhen('clientCertificateRef', 'mode', 'ClientAndServer')] },
        ),
      },
      { required: ['port', 'type'], rules: [exactlyWhen('externalHostname', 'type', 'ExternalHostname')] },
    ),
  },
};

const xBackendTrafficPolicy: KindSchema = {
  ...own,
  kind: 'XBackendTrafficPolicy',
  help: 'Limits on retries, and sessions, for services.',
  fields: {
    spec: record(
      'The services and what holds for them.',
      {
        targetRefs: list('Services it holds for, in its own namespace.', localReference('One service.', 'target'), {
          minItems: 1,
          maxItems: 16,
          keys: ['group', 'kind', 'name'],
        }),
        retryConstraint: record('How many retries all clients together may make.', {
          budget: record(
            'Retries as a share of the requests.',
            {
              percent: integer('Most retries for each hundred requests.', { minimum: 0, maximum: 100, default: 20 }),
              interval: gatewayDuration('Time over which requests are counted, from 1s to 1h.', {
                default: '10s',
                rules: [
                  demand(
                    (value) => milliseconds(value) >= second && milliseconds(value) <= hour,
                    'The time must be from 1s to 1h.',
                  ),
                ],
              }),
            },
            { default: { interval: '10s', percent: 20 } },
          ),
          minRetryRate: record(
            'Retries that are always allowed.',
            {
              count: integer('How many in the time.', { minimum: 1, maximum: 1_000_000 }),
              interval: gatewayDuration('The time, at most 1h.', {
                rules: [
                  demand(
                    (value) => milliseconds(value) > 0 && milliseconds(value) <= hour,
                    'The time must be more than 0s and at most 1h.',
                  ),
                ],
              }),
            },
            { default: { count: 10, interval: '1s' } },
          ),
        }),
        sessionPersistence: sessionPersistence(gatewayDuration),
      },
      { required: ['targetRefs'] },
    ),
  },
};

const xMesh: KindSchema = {
  ...own,
  kind: 'XMesh',
  isClusterScoped: true,
  help: 'A mesh that is installed, and who runs it.',
  fields: { spec: controlledBy('Controller and parameters of the mesh.') },
};

export const experimentalKinds: readonly KindSchema[] = [xBackend, xBackendTrafficPolicy, xMesh];
