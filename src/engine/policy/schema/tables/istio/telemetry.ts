import type { KindSchema } from '../../kind-schema.ts';
import type { Schema } from '../../schema.ts';
import { choice, decimal, duration, flag, list, mapOf, record, text } from '../../schema.ts';
import { oneSelection, selector, targetRef, targetRefs } from './selection.ts';

const providers = list(
  'Where to: names of `extensionProviders` of the mesh configuration. The defaults of the mesh unless given.',
  record(
    'One provider.',
    { name: text('Its name in the mesh configuration.', { minLength: 1 }) },
    { required: ['name'] },
  ),
);

const mode = choice('Side of the call: `SERVER` for what comes in, `CLIENT` for what goes out. Both unless given.', [
  'CLIENT_AND_SERVER',
  'CLIENT',
  'SERVER',
]);

const off = (help: string) => flag(help, { nullable: true });

const named = (help: string, name: string): Schema =>
  record(
    help,
    { name: text(name, { minLength: 1 }), defaultValue: text('Value where there is none.') },
    { required: ['name'] },
  );

const tracing = list(
  'Which requests are traced, and where spans go. Only the first entry counts.',
  record('Settings for tracing.', {
    match: record('Calls it is for.', { mode }),
    providers,
    randomSamplingPercentage: decimal('Share of the requests that are traced, in percent; 1 unless given.', {
      minimum: 0,
      maximum: 100,
      nullable: true,
    }),
    disableSpanReporting: off('Send no spans. Context is still passed on.'),
    disableContextPropagation: off('Pass no trace headers on.'),
    customTags: mapOf(
      'Tags added to spans, by name.',
      record(
        'Where the value of the tag comes from.',
        {
          literal: record('A fixed value.', { value: text('The value.', { minLength: 1 }) }, { required: ['value'] }),
          environment: named('An environment variable of the proxy.', 'Name of the variable.'),
          header: named('A header of the request.', 'Name of the header.'),
          formatter: record(
            'A format string as in access logs.',
            { value: text('The format, such as `%REQ(:METHOD)%`.', { minLength: 1 }) },
            { required: ['value'] },
          ),
        },
        { exclusive: [['literal', 'environment', 'header', 'formatter']] },
      ),
    ),
    useRequestIdForTraceSampling: off('Decide by the request id whether a request is traced; on unless given.'),
    enableIstioTags: off('Add Istio’s own tags to spans; on unless given.'),
  }),
);

const override = record('One change to metrics.', {
  match: record(
    'Metrics and side of the call it is for; all unless given.',
    {
      metric: choice('One of Istio’s standard metrics.', [
        'ALL_METRICS',
        'REQUEST_COUNT',
        'REQUEST_DURATION',
        'REQUEST_SIZE',
        'RESPONSE_SIZE',
        'TCP_OPENED_CONNECTIONS',
        'TCP_CLOSED_CONNECTIONS',
        'TCP_SENT_BYTES',
        'TCP_RECEIVED_BYTES',
        'GRPC_REQUEST_MESSAGES',
        'GRPC_RESPONSE_MESSAGES',
      ]),
      customMetric: text('Name of a metric that is none of Istio’s.', { minLength: 1 }),
      mode,
    },
    { exclusive: [['metric', 'customMetric']] },
  ),
  disabled: off('Do not produce these metrics.'),
  tagOverrides: mapOf(
    'Changes to labels of the metrics, by name of the label.',
    record('What happens to the label.', {
      operation: choice('Set it (UPSERT, unless given) or leave it out (REMOVE).', ['UPSERT', 'REMOVE']),
      value: text('CEL expression for the value, for UPSERT.'),
    }),
  ),
});

export const telemetry: KindSchema = {
  group: 'telemetry.istio.io',
  kind: 'Telemetry',
  versions: ['v1', 'v1alpha1'],
  help: 'What proxies report: metrics, traces and access logs, for the mesh, a namespace or selected workloads.',
  required: [],
  fields: {
    spec: record(
      'For which workloads it is, and what they report.',
      {
        selector,
        targetRef,
        targetRefs,
        tracing,
        metrics: list(
          'Which metrics are produced, and where they go.',
          record('Settings for metrics.', {
            providers,
            overrides: list('Changes, applied in order.', override),
            reportingInterval: duration('How often metrics of TCP connections are reported; 5s unless given.'),
          }),
        ),
        accessLogging: list(
          'What is logged, and where to.',
          record('Settings for access logs.', {
            match: record('Calls it is for.', { mode }),
            providers,
            disabled: off('Log nothing.'),
            filter: record('What is logged of them.', {
              expression: text('CEL expression that must be true, such as `response.code >= 400`.'),
            }),
          }),
        ),
      },
      { exclusive: [oneSelection] },
    ),
  },
};
