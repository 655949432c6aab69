/** Fields of the messages of Envoy's API that patches are mostly made of, by the name of the message behind `envoy.`. */
export const envoyFields: Readonly<Record<string, string>> = {
  'config.bootstrap.v3.Bootstrap':
    'admin application_log_config bootstrap_extensions certificate_provider_instances cluster_manager ' +
    'config_sources default_config_source default_regex_engine default_socket_interface deferred_stat_options ' +
    'dns_resolution_config dynamic_resources enable_dispatcher_stats enable_worker_cpu_affinity fatal_actions ' +
    'flags_path grpc_async_client_manager_config hds_config header_prefix inline_headers json_format ' +
    'layered_runtime listener_manager memory_allocator_manager node node_context_params overload_manager ' +
    'perf_tracing_file_path static_resources stats_config stats_eviction_interval stats_flush_interval ' +
    'stats_flush_on_admin stats_server_version_override stats_sinks text_format tracing ' +
    'typed_dns_resolver_config use_tcp_for_dns_lookups watchdog watchdogs xds_config_tracker_extension ' +
    'xds_delegate_extension',
  'config.cluster.v3.Cluster':
    'alt_stat_name circuit_breakers cleanup_interval close_connections_on_host_health_failure cluster_type ' +
    'common_http_protocol_options common_lb_config connect_timeout connection_pool_per_downstream_connection ' +
    'dns_failure_refresh_rate dns_jitter dns_lookup_family dns_refresh_rate dns_resolution_config ' +
    'dns_resolvers eds_cluster_config filters health_checks http2_protocol_options http_protocol_options ' +
    'ignore_health_on_host_removal lb_policy lb_subset_config least_request_lb_config load_assignment ' +
    'load_balancing_policy locality_weighted_lb_config lrs_report_endpoint_metrics lrs_server ' +
    'maglev_lb_config max_requests_per_connection metadata name original_dst_lb_config outlier_detection ' +
    'per_connection_buffer_high_watermark_timeout per_connection_buffer_limit_bytes preconnect_policy ' +
    'protocol_selection respect_dns_ttl ring_hash_lb_config round_robin_lb_config track_cluster_stats ' +
    'track_timeout_budgets transport_socket transport_socket_matcher transport_socket_matches type ' +
    'typed_dns_resolver_config typed_extension_protocol_options upstream_bind_config upstream_config ' +
    'upstream_connection_options upstream_http_protocol_options use_tcp_for_dns_lookups wait_for_warm_on_init ' +
    'zone_aware_lb_config',
  'config.core.v3.Node':
    'client_features cluster dynamic_parameters extensions id listening_addresses locality metadata ' +
    'user_agent_build_version user_agent_name user_agent_version',
  'config.core.v3.TypedExtensionConfig': 'name typed_config',
  'config.listener.v3.Filter': 'config_discovery name typed_config',
  'config.listener.v3.FilterChain':
    'filter_chain_match filters metadata name transport_socket transport_socket_connect_timeout ' + 'use_proxy_proto',
  'config.listener.v3.Listener':
    'access_log additional_addresses address api_listener bind_to_port bypass_overload_manager ' +
    'connection_balance_config continue_on_listener_filters_timeout cpu_locality_balance default_filter_chain ' +
    'deprecated_v1 drain_type enable_mptcp enable_reuse_port exact_balance extend_balance fcds_config ' +
    'filter_chain_matcher filter_chains freebind ignore_global_conn_limit internal_listener listener_filters ' +
    'listener_filters_timeout max_connections_to_accept_per_socket_event metadata name ' +
    'per_connection_buffer_high_watermark_timeout per_connection_buffer_limit_bytes reuse_port socket_options ' +
    'stat_prefix tcp_backlog_size tcp_fast_open_queue_length tcp_keepalive traffic_direction transparent ' +
    'udp_listener_config use_original_dst',
  'config.listener.v3.ListenerFilter': 'config_discovery filter_disabled name typed_config',
  'config.route.v3.RedirectAction':
    'host_redirect https_redirect path_redirect path_rewrite port_redirect prefix_rewrite regex_rewrite ' +
    'response_code scheme_redirect strip_query',
  'config.route.v3.Route':
    'decorator direct_response filter_action match metadata name non_forwarding_action ' +
    'per_request_buffer_limit_bytes redirect request_body_buffer_limit request_headers_to_add ' +
    'request_headers_to_remove response_headers_to_add response_headers_to_remove route stat_prefix tracing ' +
    'typed_per_filter_config',
  'config.route.v3.RouteAction':
    'append_x_forwarded_host auto_host_rewrite cluster cluster_header cluster_not_found_response_code ' +
    'cluster_specifier_plugin connection_properties cookie cors early_data_policy filter_state flush_timeout ' +
    'grpc_timeout_offset hash_policy header hedge_policy host_rewrite host_rewrite_header ' +
    'host_rewrite_literal host_rewrite_path_regex idle_timeout include_vh_rate_limits ' +
    'inline_cluster_specifier_plugin internal_redirect_action internal_redirect_policy max_grpc_timeout ' +
    'max_internal_redirects max_stream_duration metadata_match path_rewrite path_rewrite_policy ' +
    'prefix_rewrite priority query_parameter rate_limits regex_rewrite request_mirror_policies retry_policy ' +
    'retry_policy_typed_config timeout upgrade_configs weighted_clusters',
  'config.route.v3.RouteConfiguration':
    'cluster_specifier_plugins ignore_path_parameters_in_path_matching ignore_port_in_host_matching ' +
    'internal_only_headers max_direct_response_body_size_bytes metadata most_specific_header_mutations_wins ' +
    'name request_headers_to_add request_headers_to_remove request_mirror_policies response_headers_to_add ' +
    'response_headers_to_remove typed_per_filter_config validate_clusters vhds vhost_header virtual_hosts',
  'config.route.v3.RouteMatch':
    'case_sensitive connect_matcher cookies dynamic_metadata filter_state grpc headers path path_match_policy ' +
    'path_separated_prefix prefix query_parameters runtime_fraction safe_regex tls_context',
  'config.route.v3.VirtualHost':
    'cors domains hedge_policy include_attempt_count_in_response include_is_timeout_retry_header ' +
    'include_request_attempt_count matcher metadata name per_request_buffer_limit_bytes rate_limits ' +
    'request_body_buffer_limit request_headers_to_add request_headers_to_remove request_mirror_policies ' +
    'require_tls response_headers_to_add response_headers_to_remove retry_policy retry_policy_typed_config ' +
    'routes typed_per_filter_config virtual_clusters',
  'extensions.access_loggers.file.v3.FileAccessLog': 'format json_format log_format path typed_json_format',
  'extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency':
    'concurrency_limit_exceeded_status enabled gradient_controller_config',
  'extensions.filters.http.admission_control.v3.AdmissionControl':
    'aggression enabled max_rejection_probability rps_threshold sampling_window sr_threshold success_criteria',
  'extensions.filters.http.bandwidth_limit.v3.BandwidthLimit':
    'enable_mode enable_response_trailers fill_interval limit_kbps response_trailer_prefix runtime_enabled ' +
    'stat_prefix',
  'extensions.filters.http.basic_auth.v3.BasicAuth':
    'allow_missing authentication_header emit_dynamic_metadata forward_username_header users',
  'extensions.filters.http.basic_auth.v3.BasicAuthPerRoute': 'users',
  'extensions.filters.http.buffer.v3.Buffer': 'max_request_bytes',
  'extensions.filters.http.buffer.v3.BufferPerRoute': 'buffer disabled',
  'extensions.filters.http.composite.v3.Composite': 'matcher named_filter_chains',
  'extensions.filters.http.compressor.v3.Compressor':
    'choose_first compressor_library content_length content_type disable_on_etag_header ' +
    'remove_accept_encoding_header request_direction_config response_direction_config runtime_enabled',
  'extensions.filters.http.compressor.v3.CompressorPerRoute': 'disabled overrides',
  'extensions.filters.http.cors.v3.Cors': '',
  'extensions.filters.http.cors.v3.CorsPolicy':
    'allow_credentials allow_headers allow_methods allow_origin_string_match allow_private_network_access ' +
    'expose_headers filter_enabled forward_not_matching_preflights max_age shadow_enabled',
  'extensions.filters.http.csrf.v3.CsrfPolicy': 'additional_origins filter_enabled shadow_enabled',
  'extensions.filters.http.decompressor.v3.Decompressor':
    'decompressor_library request_direction_config response_direction_config',
  'extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig':
    'allow_dynamic_host_from_filter_state dns_cache_config save_upstream_address sub_cluster_config',
  'extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig': 'host_rewrite_header host_rewrite_literal',
  'extensions.filters.http.ext_authz.v3.ExtAuthz':
    'allowed_headers bootstrap_metadata_labels_key charge_cluster_response_stats clear_route_cache ' +
    'decoder_header_mutation_rules deny_at_disable disallowed_headers emit_filter_state_stats ' +
    'enable_dynamic_metadata_ingestion encode_raw_headers enforce_response_header_limits failure_mode_allow ' +
    'failure_mode_allow_header_add filter_enabled filter_enabled_metadata filter_metadata grpc_service ' +
    'http_service include_peer_certificate include_tls_session max_denied_response_body_bytes ' +
    'metadata_context_namespaces route_metadata_context_namespaces route_typed_metadata_context_namespaces ' +
    'shadow_mode stat_prefix status_on_error transport_api_version typed_metadata_context_namespaces ' +
    'validate_mutations with_request_body',
  'extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute': 'check_settings disabled',
  'extensions.filters.http.ext_proc.v3.ExtProcPerRoute': 'disabled overrides',
  'extensions.filters.http.ext_proc.v3.ExternalProcessor':
    'allow_content_length_header allow_mode_override allowed_override_modes deferred_close_timeout ' +
    'disable_clear_route_cache disable_immediate_response failure_mode_allow filter_metadata forward_rules ' +
    'grpc_service http_service max_message_timeout message_timeout metadata_options mutation_rules ' +
    'observability_mode on_processing_response processing_mode processing_request_modifier request_attributes ' +
    'response_attributes route_cache_action send_body_without_waiting_for_header_response stat_prefix ' +
    'status_on_error',
  'extensions.filters.http.fault.v3.HTTPFault':
    'abort abort_grpc_status_runtime abort_http_status_runtime abort_percent_runtime delay ' +
    'delay_duration_runtime delay_percent_runtime disable_downstream_cluster_stats downstream_nodes ' +
    'filter_metadata headers max_active_faults max_active_faults_runtime response_rate_limit ' +
    'response_rate_limit_percent_runtime upstream_cluster',
  'extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder':
    'auto_mapping capture_unknown_query_parameters case_insensitive_enum_parsing convert_grpc_status ' +
    'ignore_unknown_query_parameters ignored_query_parameters match_incoming_request_route ' +
    'match_unregistered_custom_verb max_request_body_size max_response_body_size print_options ' +
    'proto_descriptor proto_descriptor_bin query_param_unescape_plus request_validation_options services ' +
    'url_unescape_spec',
  'extensions.filters.http.grpc_stats.v3.FilterConfig':
    'emit_filter_state enable_upstream_stats individual_method_stats_allowlist ' +
    'replace_dots_in_grpc_service_name stats_for_all_methods',
  'extensions.filters.http.grpc_web.v3.GrpcWeb': '',
  'extensions.filters.http.header_mutation.v3.HeaderMutation': 'most_specific_header_mutations_wins mutations',
  'extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': 'mutations',
  'extensions.filters.http.header_to_metadata.v3.Config': 'request_rules response_rules stat_prefix',
  'extensions.filters.http.health_check.v3.HealthCheck':
    'cache_time cluster_min_healthy_percentages headers pass_through_mode',
  'extensions.filters.http.jwt_authn.v3.JwtAuthentication':
    'bypass_cors_preflight filter_state_rules providers requirement_map rules stat_prefix ' + 'strip_failure_response',
  'extensions.filters.http.jwt_authn.v3.PerRouteConfig': 'disabled requirement_name',
  'extensions.filters.http.local_ratelimit.v3.LocalRateLimit':
    'always_consume_default_token_bucket descriptors enable_x_ratelimit_headers filter_enabled ' +
    'filter_enforced local_cluster_rate_limit local_rate_limit_per_downstream_connection ' +
    'max_dynamic_descriptors rate_limited_as_resource_exhausted rate_limits ' +
    'request_headers_to_add_when_not_enforced response_headers_to_add stage stat_prefix status token_bucket ' +
    'vh_rate_limits',
  'extensions.filters.http.lua.v3.Lua': 'clear_route_cache default_source_code inline_code source_codes stat_prefix',
  'extensions.filters.http.lua.v3.LuaPerRoute': 'disabled filter_context name source_code',
  'extensions.filters.http.oauth2.v3.OAuth2': 'config',
  'extensions.filters.http.ratelimit.v3.RateLimit':
    'disable_x_envoy_ratelimited_header domain enable_x_ratelimit_headers failure_mode_deny ' +
    'failure_mode_deny_percent filter_enabled filter_enforced metadata_namespace rate_limit_service ' +
    'rate_limited_as_resource_exhausted rate_limited_status rate_limits request_type response_headers_to_add ' +
    'stage stat_prefix status_on_error timeout',
  'extensions.filters.http.ratelimit.v3.RateLimitPerRoute': 'domain override_option rate_limits vh_rate_limits',
  'extensions.filters.http.rbac.v3.RBAC':
    'matcher rules rules_stat_prefix shadow_matcher shadow_rules shadow_rules_stat_prefix ' + 'track_per_rule_stats',
  'extensions.filters.http.rbac.v3.RBACPerRoute': 'rbac',
  'extensions.filters.http.router.v3.Router':
    'dynamic_stats reject_connect_request_early_data respect_expected_rq_timeout start_child_span ' +
    'strict_check_headers suppress_envoy_headers suppress_grpc_request_failure_code_stats ' +
    'upstream_http_filters upstream_log upstream_log_options',
  'extensions.filters.http.set_metadata.v3.Config': 'metadata metadata_namespace value',
  'extensions.filters.http.stateful_session.v3.StatefulSession':
    'session_state stat_prefix status_on_strict_destination_not_found strict',
  'extensions.filters.http.tap.v3.Tap':
    'common_config record_downstream_connection record_headers_received_time record_upstream_connection',
  'extensions.filters.http.wasm.v3.Wasm': 'config',
  'extensions.filters.listener.http_inspector.v3.HttpInspector': '',
  'extensions.filters.listener.original_dst.v3.OriginalDst': '',
  'extensions.filters.listener.proxy_protocol.v3.ProxyProtocol':
    'allow_requests_without_proxy_protocol disallowed_versions pass_through_tlvs rules stat_prefix ' + 'tlv_location',
  'extensions.filters.listener.tls_inspector.v3.TlsInspector':
    'close_connection_on_client_hello_parsing_errors enable_ja3_fingerprinting enable_ja4_fingerprinting ' +
    'initial_read_buffer_size max_client_hello_size',
  'extensions.filters.network.connection_limit.v3.ConnectionLimit': 'delay max_connections runtime_enabled stat_prefix',
  'extensions.filters.network.ext_authz.v3.ExtAuthz':
    'bootstrap_metadata_labels_key failure_mode_allow filter_enabled_metadata grpc_service ' +
    'include_peer_certificate include_tls_session metadata_context_namespaces send_tls_alert_on_denial ' +
    'stat_prefix transport_api_version typed_metadata_context_namespaces',
  'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager':
    'access_log access_log_flush_interval access_log_options add_proxy_protocol_connection_state ' +
    'add_user_agent always_set_request_id_in_response append_local_overload append_x_forwarded_port ' +
    'codec_type common_http_protocol_options delayed_close_timeout drain_timeout drain_timeout_jitter ' +
    'early_header_mutation_extensions flush_access_log_on_new_request forward_client_cert_details ' +
    'forward_client_cert_matcher forward_proto_config generate_request_id http1_safe_max_connection_duration ' +
    'http2_protocol_options http3_protocol_options http_filters http_protocol_options internal_address_config ' +
    'literal_proxy_name local_reply_config max_request_headers_kb merge_slashes normalize_path ' +
    'original_ip_detection_extensions path_normalization_options path_with_escaped_slashes_action ' +
    'preserve_external_request_id proxy_100_continue proxy_status_config rds ' +
    'represent_ipv4_remote_address_as_ipv4_mapped_ipv6 request_headers_timeout request_id_extension ' +
    'request_timeout route_config scheme_header_transformation scoped_routes server_header_transformation ' +
    'server_name set_current_client_cert_details skip_xff_append stat_prefix ' +
    'stream_error_on_invalid_http_message stream_flush_timeout stream_idle_timeout strip_any_host_port ' +
    'strip_matching_host_port strip_trailing_host_dot tracing typed_header_validation_config upgrade_configs ' +
    'use_node_id use_remote_address via xff_num_trusted_hops',
  'extensions.filters.network.http_connection_manager.v3.HttpFilter':
    'config_discovery disabled is_optional name typed_config',
  'extensions.filters.network.local_ratelimit.v3.LocalRateLimit': 'runtime_enabled share_key stat_prefix token_bucket',
  'extensions.filters.network.ratelimit.v3.RateLimit':
    'descriptors domain failure_mode_deny rate_limit_service stat_prefix timeout',
  'extensions.filters.network.rbac.v3.RBAC':
    'delay_deny enforcement_type matcher rules shadow_matcher shadow_rules shadow_rules_stat_prefix ' + 'stat_prefix',
  'extensions.filters.network.redis_proxy.v3.RedisProxy':
    'custom_commands downstream_auth_password downstream_auth_passwords downstream_auth_username ' +
    'external_auth_provider faults latency_in_micros prefix_routes settings stat_prefix',
  'extensions.filters.network.tcp_proxy.v3.TcpProxy':
    'access_log access_log_flush_interval access_log_options backoff_options check_drain_close cluster ' +
    'downstream_idle_timeout flush_access_log_on_connected hash_policy idle_timeout max_connect_attempts ' +
    'max_downstream_connection_duration max_downstream_connection_duration_jitter_percentage ' +
    'max_early_data_bytes metadata_match on_demand proxy_protocol_tlv_merge_policy proxy_protocol_tlvs ' +
    'stat_prefix tunneling_config upstream_connect_mode upstream_idle_timeout weighted_clusters',
  'extensions.filters.network.wasm.v3.Wasm': 'config',
  'extensions.transport_sockets.tls.v3.DownstreamTlsContext':
    'common_tls_context disable_stateful_session_resumption disable_stateless_session_resumption ' +
    'full_scan_certs_on_sni_mismatch ocsp_staple_policy prefer_client_ciphers require_client_certificate ' +
    'require_sni session_ticket_keys session_ticket_keys_sds_secret_config session_timeout',
  'extensions.transport_sockets.tls.v3.UpstreamTlsContext':
    'allow_renegotiation auto_host_sni auto_sni_san_validation common_tls_context enforce_rsa_key_usage ' +
    'max_session_keys sni',
  'extensions.upstreams.http.v3.HttpProtocolOptions':
    'auto_config common_http_protocol_options explicit_http_config hash_policy header_validation_config ' +
    'http2_protocol_options http3_protocol_options http_filters http_protocol_options outlier_detection ' +
    'request_mirror_policies retry_policy upstream_http_protocol_options use_downstream_protocol_config',
};
