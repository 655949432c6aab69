import { isRecord } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, integer, list, record, text, textMap, unsigned } from '../../schema.ts';
import { openMapping } from '../open-mapping.ts';
import { targetRefs, workloadSelector } from './selection.ts';
import { portRange } from '../port-number.ts';

const filter = record('A filter of the chain.', {
  name: text('Name of the network filter, such as `envoy.filters.network.http_connection_manager`.'),
  subFilter: record('A filter inside it, for HTTP filters.', {
    name: text('Name of the HTTP filter, such as `envoy.filters.http.router`.'),
  }),
});

const listener = record('A listener; for patches of listeners, filter chains and filters.', {
  portNumber: unsigned('Port of the service or listener.'),
  portName: text('Name of the port; not used yet.'),
  name: text('Name of the listener.'),
  listenerFilter: text('Name of a listener filter.'),
  filterChain: record('A filter chain of the listener.', {
    name: text('Name of the chain.'),
    sni: text('Server name the chain is for.'),
    transportProtocol: text('`tls` or `raw_buffer`.'),
    applicationProtocols: text('Application protocols (ALPN) the chain is for, separated by commas.'),
    filter,
    destinationPort: unsigned('Port of the original destination the chain is for.'),
    transportSocket: text('Name of the transport socket.'),
  }),
});

const routeConfiguration = record('A route configuration; for patches of routes and virtual hosts.', {
  portNumber: unsigned('Port of the service or gateway.'),
  portName: text('Name of the port; for gateways.'),
  gateway: text('Gateway, as `namespace/name`; for gateways.'),
  vhost: record('A virtual host of it.', {
    name: text('Name of the virtual host, such as `reviews.bookinfo.svc.cluster.local:9080`.'),
    domainName: text('A domain of the virtual host.'),
    route: record('A route of the virtual host.', {
      name: text('Name of the route; that of the rule of a VirtualService.'),
      action: choice('What the route does.', ['ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE']),
    }),
  }),
  name: text('Name of the route configuration.'),
});

const waypointContext: SchemaRule = (value) => {
  if (!isRecord(value)) return [];
  const isForWaypoints = value.context === 'WAYPOINT';
  if (isForWaypoints === (value.waypoint !== undefined)) return [];
  const message = isForWaypoints
    ? 'The context WAYPOINT is matched by `waypoint`, which is missing.'
    : '`waypoint` goes with the context WAYPOINT only.';
  return [{ path: [isForWaypoints ? 'context' : 'waypoint'], part: isForWaypoints ? 'value' : 'key', message }];
};

const match = record(
  'Which of the proxy’s objects are patched; all of the type unless given.',
  {
    context: choice('Which traffic: inbound or outbound of sidecars, gateways, waypoints; any unless given.', [
      'ANY',
      'SIDECAR_INBOUND',
      'SIDECAR_OUTBOUND',
      'GATEWAY',
      'WAYPOINT',
    ]),
    proxy: record('Which proxies.', {
      proxyVersion: text('Regular expression (RE2) for the version of the proxy, such as `^1\\.2[0-9].*`.'),
      metadata: textMap('Metadata of the proxy that must be like this.'),
    }),
    listener,
    routeConfiguration,
    cluster: record('An Envoy cluster; for patches of clusters.', {
      portNumber: unsigned('Port of the service.'),
      service: text('Full name of the service.'),
      subset: text('Subset of the service.'),
      name: text('Name of the Envoy cluster, such as `outbound|80||reviews.bookinfo.svc.cluster.local`.'),
    }),
    waypoint: record('An object of a waypoint; only for the context WAYPOINT.', {
      filter,
      portNumber: unsigned('Port of the service.', portRange),
      route: record('A route.', { name: text('Name of the route.') }),
    }),
  },
  { exclusive: [['listener', 'routeConfiguration', 'cluster', 'waypoint']], rules: [waypointContext] },
);

const patch = record('What is done to them.', {
  operation: choice('How the value is applied.', [
    'INVALID',
    'MERGE',
    'ADD',
    'REMOVE',
    'INSERT_BEFORE',
    'INSERT_AFTER',
    'INSERT_FIRST',
    'REPLACE',
    'MERGE_AND_REPLACE_LIST',
  ]),
  value: openMapping('Envoy configuration, as JSON of its API. Not used by REMOVE.'),
  filterClass: choice('Where in the chain an added filter goes, relative to Istio’s own.', [
    'UNSPECIFIED',
    'AUTHN',
    'AUTHZ',
    'STATS',
  ]),
});

export const envoyFilter: KindSchema = {
  group: 'networking.istio.io',
  kind: 'EnvoyFilter',
  versions: ['v1alpha3'],
  help: 'Patches to the Envoy configuration that Istio generates. Depends on its details, which change between versions.',
  required: [],
  fields: {
    spec: record(
      'For which proxies it is, and the patches.',
      {
        workloadSelector: workloadSelector(
          'Proxies it is for, in its own namespace; in the root namespace, in all. The whole namespace unless given.',
        ),
        targetRefs,
        configPatches: list(
          'Patches, applied in order.',
          record('One patch.', {
            applyTo: choice('What is patched.', [
              'INVALID',
              'LISTENER',
              'FILTER_CHAIN',
              'NETWORK_FILTER',
              'HTTP_FILTER',
              'ROUTE_CONFIGURATION',
              'VIRTUAL_HOST',
              'HTTP_ROUTE',
              'CLUSTER',
              'EXTENSION_CONFIG',
              'BOOTSTRAP',
              'LISTENER_FILTER',
            ]),
            match,
            patch,
          }),
        ),
        priority: integer('Order among EnvoyFilters: lower first. 0 unless given.'),
      },
      { exclusive: [['workloadSelector', 'targetRefs']] },
    ),
  },
};
