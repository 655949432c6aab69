/** Types of Envoy's API that configure its filters, and those that set them for a route, by package. */
import { misspellingsOf, nearestNames } from '../../../../../shared/nearest-names.ts';

const prefix = 'envoy.extensions.filters.';

/** Package without what all have in common, then the messages. */
const table: Readonly<Record<string, readonly string[]>> = {
  'http.adaptive_concurrency.v3': ['AdaptiveConcurrency'],
  'http.admission_control.v3': ['AdmissionControl'],
  'http.alternate_protocols_cache.v3': ['FilterConfig'],
  'http.api_key_auth.v3': ['ApiKeyAuth', 'ApiKeyAuthPerRoute'],
  'http.aws_lambda.v3': ['Config', 'PerRouteConfig'],
  'http.aws_request_signing.v3': ['AwsRequestSigning', 'AwsRequestSigningPerRoute'],
  'http.bandwidth_limit.v3': ['BandwidthLimit'],
  'http.basic_auth.v3': ['BasicAuth', 'BasicAuthPerRoute'],
  'http.buffer.v3': ['Buffer', 'BufferPerRoute'],
  'http.cache.v3': ['CacheConfig'],
  'http.cdn_loop.v3': ['CdnLoopConfig'],
  'http.composite.v3': ['Composite', 'CompositePerRoute', 'ExecuteFilterAction'],
  'http.compressor.v3': ['Compressor', 'CompressorPerRoute'],
  'http.cors.v3': ['Cors', 'CorsPolicy'],
  'http.credential_injector.v3': ['CredentialInjector'],
  'http.csrf.v3': ['CsrfPolicy'],
  'http.custom_response.v3': ['CustomResponse'],
  'http.decompressor.v3': ['Decompressor'],
  'http.dynamic_forward_proxy.v3': ['FilterConfig', 'PerRouteConfig'],
  'http.ext_authz.v3': ['ExtAuthz', 'ExtAuthzPerRoute'],
  'http.ext_proc.v3': ['ExternalProcessor', 'ExtProcPerRoute'],
  'http.fault.v3': ['HTTPFault'],
  'http.gcp_authn.v3': ['GcpAuthnFilterConfig', 'Audience'],
  'http.grpc_http1_bridge.v3': ['Config'],
  'http.grpc_http1_reverse_bridge.v3': ['FilterConfig', 'FilterConfigPerRoute'],
  'http.grpc_json_transcoder.v3': ['GrpcJsonTranscoder'],
  'http.grpc_stats.v3': ['FilterConfig'],
  'http.grpc_web.v3': ['GrpcWeb'],
  'http.gzip.v3': ['Gzip'],
  'http.header_mutation.v3': ['HeaderMutation', 'HeaderMutationPerRoute'],
  'http.header_to_metadata.v3': ['Config'],
  'http.health_check.v3': ['HealthCheck'],
  'http.ip_tagging.v3': ['IPTagging'],
  'http.json_to_metadata.v3': ['JsonToMetadata'],
  'http.jwt_authn.v3': ['JwtAuthentication', 'PerRouteConfig'],
  'http.kill_request.v3': ['KillRequest'],
  'http.local_ratelimit.v3': ['LocalRateLimit'],
  'http.lua.v3': ['Lua', 'LuaPerRoute'],
  'http.oauth2.v3': ['OAuth2', 'OAuth2PerRoute'],
  'http.on_demand.v3': ['OnDemand', 'PerRouteConfig'],
  'http.original_src.v3': ['OriginalSrc'],
  'http.rate_limit_quota.v3': ['RateLimitQuotaFilterConfig', 'RateLimitQuotaOverride', 'RateLimitQuotaBucketSettings'],
  'http.ratelimit.v3': ['RateLimit', 'RateLimitPerRoute'],
  'http.rbac.v3': ['RBAC', 'RBACPerRoute'],
  'http.router.v3': ['Router'],
  'http.set_filter_state.v3': ['Config'],
  'http.set_metadata.v3': ['Config'],
  'http.stateful_session.v3': ['StatefulSession', 'StatefulSessionPerRoute'],
  'http.tap.v3': ['Tap'],
  'http.wasm.v3': ['Wasm'],
  'listener.http_inspector.v3': ['HttpInspector'],
  'listener.local_ratelimit.v3': ['LocalRateLimit'],
  'listener.original_dst.v3': ['OriginalDst'],
  'listener.original_src.v3': ['OriginalSrc'],
  'listener.proxy_protocol.v3': ['ProxyProtocol'],
  'listener.tls_inspector.v3': ['TlsInspector'],
  'network.connection_limit.v3': ['ConnectionLimit'],
  'network.direct_response.v3': ['Config'],
  'network.dubbo_proxy.v3': ['DubboProxy'],
  'network.echo.v3': ['Echo'],
  'network.ext_authz.v3': ['ExtAuthz'],
  'network.http_connection_manager.v3': ['HttpConnectionManager'],
  'network.local_ratelimit.v3': ['LocalRateLimit'],
  'network.mongo_proxy.v3': ['MongoProxy'],
  'network.ratelimit.v3': ['RateLimit'],
  'network.rbac.v3': ['RBAC'],
  'network.redis_proxy.v3': ['RedisProxy'],
  'network.sni_cluster.v3': ['SniCluster'],
  'network.sni_dynamic_forward_proxy.v3': ['FilterConfig'],
  'network.tcp_proxy.v3': ['TcpProxy'],
  'network.thrift_proxy.v3': ['ThriftProxy'],
  'network.wasm.v3': ['Wasm'],
  'network.zookeeper_proxy.v3': ['ZooKeeperProxy'],
};

/** Types that a wrong one is probably meant for; none for one that may exist, as the table is not all of Envoy. */
export function intendedTypes(url: string): readonly string[] {
  const [, host = '', type = ''] = /^(.*\/)?([^/]*)$/.exec(url) ?? [];
  if (!type.startsWith(prefix)) return [];
  const dot = type.lastIndexOf('.');
  const [name, message] = [type.slice(prefix.length, dot), type.slice(dot + 1)];
  const messages = Object.hasOwn(table, name) ? table[name] : undefined;
  if (messages) {
    if (messages.includes(message)) return [];
    return nearestNames(message, messages).map((near) => `${host}${prefix}${name}.${near}`);
  }
  return misspellingsOf(name, Object.keys(table)).flatMap((near) =>
    (table[near] ?? []).includes(message) ? [`${host}${prefix}${near}.${message}`] : [],
  );
}

export type FilterPlace = 'http' | 'network' | 'listener';

/** What kind of filter a type of Envoy's configures; undefined for types of others. */
export function placeOfType(url: string): FilterPlace | undefined {
  const [, place] = /(?:^|\/)envoy\.extensions\.filters\.(http|network|listener)\./.exec(url) ?? [];
  return place as FilterPlace | undefined;
}
