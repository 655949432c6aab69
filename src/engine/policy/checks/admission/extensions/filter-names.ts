/** Names of Envoy's filters before they were ordered by kind, and their present names. */

const http: Readonly<Record<string, string>> = {
  'envoy.buffer': 'buffer',
  'envoy.cors': 'cors',
  'envoy.csrf': 'csrf',
  'envoy.http_dynamo_filter': 'dynamo',
  'envoy.fault': 'fault',
  'envoy.grpc_http1_bridge': 'grpc_http1_bridge',
  'envoy.grpc_json_transcoder': 'grpc_json_transcoder',
  'envoy.grpc_web': 'grpc_web',
  'envoy.gzip': 'gzip',
  'envoy.health_check': 'health_check',
  'envoy.ip_tagging': 'ip_tagging',
  'envoy.lua': 'lua',
  'envoy.rate_limit': 'ratelimit',
  'envoy.router': 'router',
  'envoy.squash': 'squash',
  'envoy.ext_authz': 'ext_authz',
};
const network: Readonly<Record<string, string>> = {
  'envoy.client_ssl_auth': 'client_ssl_auth',
  'envoy.http_connection_manager': 'http_connection_manager',
  'envoy.mongo_proxy': 'mongo_proxy',
  'envoy.ratelimit': 'ratelimit',
  'envoy.redis_proxy': 'redis_proxy',
  'envoy.tcp_proxy': 'tcp_proxy',
};
const listener: Readonly<Record<string, string>> = {
  'envoy.listener.http_inspector': 'http_inspector',
  'envoy.listener.original_dst': 'original_dst',
  'envoy.listener.original_src': 'original_src',
  'envoy.listener.proxy_protocol': 'proxy_protocol',
  'envoy.listener.tls_inspector': 'tls_inspector',
};

const current: ReadonlyMap<string, string> = new Map(
  Object.entries({ http, network, listener }).flatMap(([kind, names]) =>
    Object.entries(names).map(([old, name]) => [old, `envoy.filters.${kind}.${name}`] as const),
  ),
);

/** The present name of a filter with an old one; undefined for other names. */
export function currentFilterName(name: string): string | undefined {
  return current.get(name);
}
