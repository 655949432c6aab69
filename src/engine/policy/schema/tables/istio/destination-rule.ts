import type { KindSchema } from '../../kind-schema.ts';
import {
  choice,
  decimal,
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
import { connectionPool } from './connection-pool.ts';

const failover = list(
  'Where traffic goes when a region has no healthy endpoints.',
  record('One step of failover.', { from: text('Region that fails.'), to: text('Region that takes over.') }),
);

const failoverPriority = texts('Labels in the order in which endpoints that share them with the caller are preferred.');

const consistentHash = record(
  'Requests with the same key go to the same endpoint.',
  {
    httpHeaderName: text('Key: this header.'),
    httpCookie: record(
      'Key: this cookie, made if it is absent.',
      {
        name: text('Name of the cookie.'),
        path: text('Path of a cookie that is made.'),
        ttl: text('Lifetime of a cookie that is made; `0s` for the session.', { format: 'duration' }),
        attributes: list(
          'Further attributes of a cookie that is made.',
          record('One attribute.', { name: text('Its name.'), value: text('Its value.') }, { required: ['name'] }),
        ),
      },
      { required: ['name'] },
    ),
    useSourceIp: flag('Key: address of the caller.'),
    httpQueryParameterName: text('Key: this query parameter.'),
    ringHash: record('Hash ring: few keys move when endpoints change.', {
      minimumRingSize: integer('Least number of points on the ring; 1024 unless given.', { minimum: 0 }),
    }),
    maglev: record('Maglev table: faster look-up, more keys move.', {
      tableSize: integer('Entries of the table, a prime number; 65537 unless given.', { minimum: 0 }),
    }),
    minimumRingSize: integer('Least number of points on the ring.', {
      minimum: 0,
      deprecated: '`ringHash.minimumRingSize`',
    }),
  },
  {
    exclusive: [
      ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
      ['ringHash', 'maglev'],
    ],
  },
);

const loadBalancer = record(
  'How an endpoint is chosen for each request.',
  {
    simple: choice(
      'A method without a key. LEAST_REQUEST unless given.',
      ['UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'],
      { deprecatedValues: { LEAST_CONN: 'LEAST_REQUEST' } },
    ),
    consistentHash,
    backendUtilization: record('Weights by the load that endpoints report.', {
      errorUtilizationPenaltyPercent: unsigned('How much errors lower the weight, in percent.'),
      metricNamesForComputingUtilization: texts('Metrics of the load report that count.'),
      weightExpirationPeriod: text('How long a report counts.', { format: 'duration' }),
      weightStabilizationPeriod: text('How long an endpoint must report before its weight counts.', {
        format: 'duration',
      }),
      weightUpdatePeriod: text('How often weights are computed.', { format: 'duration' }),
    }),
    localityLbSetting: record('Preference for endpoints that are near.', {
      distribute: list(
        'Shares of traffic by locality.',
        record('Shares for callers of one locality.', {
          from: text('Locality of the caller, `region/zone/subzone`.'),
          to: mapOf('Percent by locality of the endpoint; together 100.', unsigned('Percent.')),
        }),
      ),
      failover,
      failoverPriority,
      enabled: flag('Whether it applies; overrides the mesh.', { nullable: true }),
    }),
    zoneAwareLbSetting: record('Keeps traffic in the zone of the caller as far as load allows.', {
      enabled: flag('Whether it applies.', { nullable: true }),
      failover,
      failoverPriority,
      minClusterSize: unsigned('Least number of endpoints for it to apply.', { minimum: 1, nullable: true }),
    }),
    warmup: record(
      'New endpoints get their full share only after a while.',
      {
        duration: duration('How long that takes.'),
        minimumPercent: decimal('Share at the start, in percent.', { minimum: 0, maximum: 100, nullable: true }),
        aggression: decimal('Shape of the growth; 1 is linear.', { minimum: 0, nullable: true }),
      },
      { required: ['duration'] },
    ),
    warmupDurationSecs: duration('How long new endpoints are warmed up.', { deprecated: '`warmup.duration`' }),
  },
  { exclusive: [['simple', 'consistentHash', 'backendUtilization']] },
);

const outlierDetection = record('Endpoints that fail are left out for a while.', {
  consecutive5xxErrors: unsigned(
    'Failures in a row (5xx, or no connection) that eject an endpoint; 5 unless given, 0 for never.',
    {
      nullable: true,
    },
  ),
  consecutiveGatewayErrors: unsigned(
    'Gateway errors (502, 503, 504) in a row that eject an endpoint; off unless given.',
    {
      nullable: true,
    },
  ),
  consecutiveErrors: integer('Gateway errors in a row.', {
    deprecated: '`consecutive5xxErrors` or `consecutiveGatewayErrors`',
  }),
  splitExternalLocalOriginErrors: flag('Count failures to connect apart from answers of the endpoint.'),
  consecutiveLocalOriginFailures: unsigned('Failures to connect in a row, when counted apart; 5 unless given.', {
    nullable: true,
  }),
  interval: duration('How often endpoints are looked at; 10s unless given.'),
  baseEjectionTime: duration('How long an endpoint stays out, times the number of ejections so far; 30s unless given.'),
  maxEjectionPercent: integer('Share of the endpoints that may be out at once, in percent; 10 unless given.'),
  minHealthPercent: integer('Below this share of healthy endpoints all are used again; 0 unless given.'),
  outlierDetectionHttpErrorCodes: list(
    'Statuses that count as failures, instead of all 5xx.',
    integer('HTTP status.', { minimum: 100, maximum: 599 }),
  ),
});

const tls = record('How connections to the service are secured.', {
  mode: choice(
    '`ISTIO_MUTUAL` uses the mesh’s certificates, `MUTUAL` own ones, `SIMPLE` only checks the server, `DISABLE` is plain text. Chosen automatically unless given.',
    ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'],
  ),
  clientCertificate: text('File with the client’s certificate; for MUTUAL.'),
  privateKey: text('File with the client’s key; for MUTUAL.'),
  caCertificates: text('File with the authorities the server is checked against.'),
  caCrl: text('File with revoked certificates.'),
  credentialName: text('Secret with the certificates; at gateways, or with a workload selector.'),
  subjectAltNames: texts('Names of which the server’s certificate must carry one.'),
  sni: text('Server name to ask for.'),
  insecureSkipVerify: flag('Do not check the server’s certificate.', { nullable: true }),
});

const portPolicy = { loadBalancer, connectionPool, outlierDetection, tls };

const trafficPolicy = (help: string) =>
  record(help, {
    ...portPolicy,
    portLevelSettings: list(
      'Settings for single ports; they replace the ones above as a whole.',
      record('Settings of one port.', {
        port: record('The port.', { number: unsigned('Number of the port of the service.') }),
        ...portPolicy,
      }),
      { maxItems: 4096 },
    ),
    tunnel: record(
      'Connections are made through an HTTP proxy.',
      {
        protocol: text('`CONNECT` or `POST`; CONNECT unless given.'),
        targetHost: text('Host the proxy connects to.'),
        targetPort: unsigned('Port the proxy connects to.'),
      },
      { required: ['targetHost', 'targetPort'] },
    ),
    proxyProtocol: record('The PROXY protocol is spoken to the destination.', {
      version: choice('Version of the protocol.', ['V1', 'V2']),
    }),
    retryBudget: record('Limit on retries as a share of requests.', {
      percent: decimal('Retries for each hundred requests under way; 20 unless given.', {
        minimum: 0,
        maximum: 100,
        nullable: true,
      }),
      minRetryConcurrency: unsigned('Retries always allowed at once; 3 unless given.'),
      budgetInterval: text('Time over which requests are counted.', { format: 'duration' }),
    }),
  });

export const destinationRule: KindSchema = {
  group: 'networking.istio.io',
  kind: 'DestinationRule',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'What holds for traffic to one host after routing: its versions, load balancing, connection limits, TLS.',
  required: ['spec'],
  fields: {
    spec: record(
      'The host and what holds for it.',
      {
        host: text('Name of the service. A short name is looked up in the namespace of this object.'),
        trafficPolicy: trafficPolicy('What holds for all versions of the service.'),
        subsets: list(
          'Versions of the service, to which a VirtualService can route.',
          record(
            'One version.',
            {
              name: text('Its name, as VirtualServices use it.'),
              labels: textMap('Labels of the workloads that belong to it.'),
              trafficPolicy: trafficPolicy('What holds for this version; overrides the above field by field.'),
            },
            { required: ['name'] },
          ),
        ),
        exportTo: texts('Namespaces that see this: names, `.` for its own, `*` for all.'),
        workloadSelector: record('Workloads of this namespace whose calls it holds for; all unless given.', {
          matchLabels: mapOf('Labels the workload must have.', text('Value of the label.', { maxLength: 63 }), {
            maxEntries: 4096,
          }),
        }),
      },
      { required: ['host'] },
    ),
  },
};
