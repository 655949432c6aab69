import type { KindFields, KindSchema } from '../../kind-schema.ts';
import { flag, integer, intOrText, list, record, text, texts, decimal } from '../../schema.ts';
import { openMapping } from '../open-mapping.ts';

const conditions = (help: string) => list(help, openMapping('One condition.'));

const routes = list(
  'Kinds of requests, each with its own metrics, time limit and retries.',
  record(
    'One kind of requests.',
    {
      name: text('Name of the route, as metrics show it.'),
      condition: record('Which requests belong to it.', {
        pathRegex: text('Regular expression that the whole path must match.'),
        method: text('Method of the request.'),
        all: conditions('Conditions that must all hold.'),
        any: conditions('Conditions of which one must hold.'),
        not: conditions('Conditions that must not hold.'),
      }),
      isRetryable: flag('Whether a failed request may be tried again.'),
      timeout: text('Time limit, such as `300ms`.'),
      responseClasses: list(
        'Which answers count as failures.',
        record(
          'One class of answers.',
          {
            condition: record('Which answers belong to it.', {
              all: conditions('Conditions that must all hold.'),
              any: conditions('Conditions of which one must hold.'),
              not: openMapping('A condition that must not hold.'),
              status: record('Range of statuses.', {
                min: integer('Lowest status.', { format: 'int32' }),
                max: integer('Highest status.', { format: 'int32' }),
              }),
            }),
            isFailure: flag('Whether the answers count as failures.'),
          },
          { required: ['condition'] },
        ),
      ),
    },
    { required: ['condition', 'name'] },
  ),
);

const profile = (required: readonly string[]): KindFields => ({
  required: [],
  fields: {
    spec: record(
      'Routes of the service.',
      {
        routes,
        retryBudget: record(
          'Limit on retries of all routes together.',
          {
            minRetriesPerSecond: integer('Retries that are always allowed in a second.', { format: 'int32' }),
            retryRatio: decimal('Retries for each request.', { format: 'float' }),
            ttl: text('Time over which requests are counted, such as `10s`.'),
          },
          { required: ['minRetriesPerSecond', 'retryRatio', 'ttl'] },
        ),
        dstOverrides: list(
          'Other services that get a share of the requests.',
          record('One service and its share.', {
            authority: text('Name and port of the service.'),
            weight: intOrText('Share relative to the others, such as `900m`.', {
              pattern:
                /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/,
              patternHelp: 'a quantity such as `1` or `500m`',
            }),
          }),
        ),
        opaquePorts: texts('Ports whose traffic is passed on without being looked into.'),
      },
      { required },
    ),
  },
});

export const serviceProfile: KindSchema = {
  group: 'linkerd.io',
  kind: 'ServiceProfile',
  versions: ['v1alpha2', 'v1alpha1'],
  help: 'What Linkerd knows of a service: its routes, retries and time limits. Its name is the full name of the service.',
  ...profile([]),
  ofVersion: { v1alpha1: profile(['routes']) },
};
