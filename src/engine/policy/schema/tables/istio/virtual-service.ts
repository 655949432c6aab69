import type { KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema } from '../../schema.ts';
import {
  choice,
  decimal,
  described,
  duration,
  flag,
  integer,
  list,
  mapOf,
  record,
  text,
  textMap,
  texts,
  unsigned,
} from '../../schema.ts';

const stringMatch = (help: string): ObjectSchema =>
  record(
    help,
    {
      exact: text('The whole value, as written.'),
      prefix: text('How the value begins.'),
      regex: text('A regular expression in RE2 syntax that the whole value must match.'),
    },
    { exclusive: [['exact', 'prefix', 'regex']] },
  );

const percentage = (help: string): ObjectSchema =>
  record(help, { value: decimal('Percent, 0 to 100; fractions such as `0.1` are allowed.') });

const destination = record(
  'Where the requests go: a service, and which of its versions and ports.',
  {
    host: text(
      'Name of the service. A short name is looked up in the namespace of this object; write `name.namespace` or the full name for another one.',
    ),
    subset: text('A version of the service, as a DestinationRule for the host names it.'),
    port: record('Port of the service; needed if it has more than one.', {
      number: unsigned('Number of the port.'),
    }),
  },
  { required: ['host'] },
);

const headerOperations = (help: string): ObjectSchema =>
  record(help, {
    set: textMap('Headers to set, replacing what is there.'),
    add: textMap('Headers to add to what is there.'),
    remove: texts('Headers to remove.'),
  });

const headers = record('Headers to change on the way to the destination and back.', {
  request: headerOperations('Changes to the request before it is sent on.'),
  response: headerOperations('Changes to the response before the caller gets it.'),
});

const weight = integer(
  'Share of the traffic, relative to the weights beside it. With several destinations, one without a weight gets nothing.',
);

const httpDestination = record(
  'One destination and its share.',
  { destination, weight, headers },
  { required: ['destination'] },
);

const routeDestination = record(
  'One destination and its share.',
  { destination, weight },
  { required: ['destination'] },
);

const gatewayNames = (help: string) => texts(help);

const httpMatch = record('Conditions that must all hold. Several entries are alternatives.', {
  name: text('A name for this match, shown in access logs.'),
  uri: stringMatch('Path of the request, without the query.'),
  scheme: stringMatch('Scheme of the URI, `http` or `https`.'),
  method: stringMatch('HTTP method, such as `GET`.'),
  authority: stringMatch('The Host header or `:authority`.'),
  headers: mapOf(
    'Request headers by name, in lower case with hyphens. An empty condition demands that the header is there.',
    stringMatch('What the header must be.'),
  ),
  port: unsigned('Port of the service that was called.'),
  sourceLabels: textMap('Labels of the workload that calls. Has no effect at gateways.'),
  gateways: gatewayNames('Gateways at which this match counts, instead of those of the whole VirtualService.'),
  queryParams: mapOf('Query parameters by name.', stringMatch('What the parameter must be.')),
  ignoreUriCase: flag('Compare the path without regard to case; for `exact` and `prefix`.'),
  withoutHeaders: mapOf('Request headers that must not be like this.', stringMatch('What the header must not be.')),
  sourceNamespace: text('Namespace of the workload that calls.'),
  statPrefix: text('Prefix for the statistics of this route.'),
});

const redirect = record(
  'Answer with a redirect instead of sending the request on.',
  {
    uri: text('New path; replaces the whole path.'),
    prefixRewrite: text('Replaces only the prefix that matched.'),
    authority: text('New host.'),
    port: unsigned('New port.'),
    derivePort: choice('Where the port of the redirect comes from.', ['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT']),
    scheme: text('New scheme, `http` or `https`.'),
    redirectCode: unsigned('Status of the answer; 301 unless given.'),
  },
  { exclusive: [['port', 'derivePort']] },
);

const directResponse = record(
  'Answer at once, without any destination.',
  {
    status: unsigned('Status of the answer.'),
    body: record(
      'Body of the answer.',
      { string: text('The body as text.'), bytes: text('The body in base64.', { format: 'byte' }) },
      { exclusive: [['string', 'bytes']] },
    ),
  },
  { required: ['status'] },
);

const rewrite = record('Changes path or host before the request is sent on.', {
  uri: text('Replaces the prefix that matched, or the whole path for other matches.'),
  authority: text('Replaces the Host header.'),
  uriRegexRewrite: record('Replaces by a regular expression what it finds in the path.', {
    match: text('Regular expression in RE2 syntax.'),
    rewrite: text('What to put in its place; `\\1` stands for the first group.'),
  }),
});

const retries = record('How often and when a failed request is tried again.', {
  attempts: integer('Extra tries after the first. 0 turns retries off.'),
  perTryTimeout: duration('Time limit of one try; without it the timeout of the route.'),
  retryOn: text('Conditions, separated by commas, such as `connect-failure,refused-stream,503`.'),
  retryRemoteLocalities: flag('Whether tries may go to other localities.', { nullable: true }),
  retryIgnorePreviousHosts: flag('Whether tries avoid hosts that already failed.', { nullable: true }),
  backoff: duration('Least time between tries; 25ms unless given.'),
});

const fault = record('Faults to inject, to see how callers cope.', {
  delay: record(
    'Delays requests before they are sent on.',
    {
      percent: integer('Percent of the requests.', { deprecated: '`percentage`' }),
      fixedDelay: duration('How long to wait.'),
      exponentialDelay: duration('Mean of an exponential distribution; Istio ignores it.'),
      percentage: percentage('Share of the requests that wait.'),
    },
    { exclusive: [['fixedDelay', 'exponentialDelay']] },
  ),
  abort: record(
    'Fails requests without sending them on.',
    {
      httpStatus: integer('HTTP status of the failure.'),
      grpcStatus: text('gRPC status of the failure, such as `UNAVAILABLE`.'),
      http2Error: text('HTTP/2 error; Istio ignores it.'),
      percentage: percentage('Share of the requests that fail.'),
    },
    { exclusive: [['httpStatus', 'grpcStatus', 'http2Error']] },
  ),
});

const corsPolicy = record('Cross-origin requests a browser may make.', {
  allowOrigin: { ...texts('Origins by exact name.'), deprecated: '`allowOrigins`' },
  allowOrigins: list('Origins that may call.', stringMatch('An origin.')),
  allowMethods: texts('Methods that may be used.'),
  allowHeaders: texts('Request headers that may be sent.'),
  exposeHeaders: texts('Response headers that scripts may read.'),
  maxAge: duration('How long a browser may remember the answer to a preflight request.'),
  allowCredentials: flag('Whether credentials may be sent.', { nullable: true }),
  unmatchedPreflights: choice('What happens to preflight requests from other origins.', [
    'UNSPECIFIED',
    'FORWARD',
    'IGNORE',
  ]),
});

const http = record('One rule: the first whose match fits is taken.', {
  name: text('A name for this rule, shown in access logs and in explanations.'),
  match: list('When the rule applies; without it, always. One of the entries must fit.', httpMatch),
  route: list('Where matching requests go, with weights.', httpDestination),
  redirect,
  directResponse,
  delegate: record('Another VirtualService whose rules apply here.', {
    name: text('Name of the VirtualService.'),
    namespace: text('Its namespace; the same as here unless given.'),
  }),
  rewrite,
  timeout: duration('Time limit of the whole request, tries included. None unless given.'),
  retries,
  fault,
  mirror: described(destination, 'A destination that gets a copy of each request; its answers are dropped.'),
  mirrors: list(
    'Destinations that get copies of requests.',
    record(
      'One destination of copies.',
      { destination, percentage: percentage('Share of the requests that are copied.') },
      { required: ['destination'] },
    ),
  ),
  mirrorPercent: unsigned('Percent of requests to copy.', { nullable: true, deprecated: '`mirrorPercentage`' }),
  mirror_percent: unsigned('Percent of requests to copy.', { nullable: true, deprecated: '`mirrorPercentage`' }),
  mirrorPercentage: percentage('Share of the requests that are copied to `mirror`; all unless given.'),
  corsPolicy,
  headers,
});

const l4Conditions = {
  destinationSubnets: texts('Addresses called, as IP or CIDR.'),
  port: unsigned('Port that was called.'),
  sourceLabels: textMap('Labels of the workload that calls.'),
  gateways: gatewayNames('Gateways at which this match counts.'),
  sourceNamespace: text('Namespace of the workload that calls.'),
};

const tls = record(
  'One rule for TLS that is passed through, chosen by server name.',
  {
    match: list(
      'When the rule applies.',
      record(
        'Conditions that must all hold.',
        { sniHosts: texts('Server names (SNI) of the connection.'), ...l4Conditions },
        { required: ['sniHosts'] },
      ),
    ),
    route: list('Where connections go, with weights.', routeDestination),
  },
  { required: ['match'] },
);

const tcp = record('One rule for plain TCP.', {
  match: list(
    'When the rule applies; without it, always.',
    record('Conditions that must all hold.', {
      ...l4Conditions,
      sourceSubnet: text('Address of the caller; Istio ignores it.'),
    }),
  ),
  route: list('Where connections go, with weights.', routeDestination),
});

export const virtualService: KindSchema = {
  group: 'networking.istio.io',
  kind: 'VirtualService',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'How requests to one or more hosts are routed: rules tried in order, the first that matches decides.',
  required: [],
  fields: {
    spec: record('The hosts and the rules.', {
      hosts: texts('Hosts these rules are for: services, or names that callers use. `*.` stands for any name below.'),
      gateways: gatewayNames(
        'Where the rules apply: gateways by `name` or `namespace/name`, and `mesh` for all sidecars. `mesh` alone unless given.',
      ),
      http: list('Rules for HTTP, tried in order.', http),
      tls: list('Rules for TLS that is passed through, tried in order.', tls),
      tcp: list('Rules for plain TCP, tried in order.', tcp),
      exportTo: texts('Namespaces that see this: names, `.` for its own, `*` for all.'),
    }),
  },
};
