import type { AccessLogEntry } from '../dataplane/report.ts';

/** Envoy's `%RESPONSE_CODE_DETAILS%` for answers that no upstream gave, by response flag. */
const detailsOfFlag: Readonly<Record<string, string>> = {
  DC: 'downstream_remote_disconnect',
  DPE: 'http1.codec_error',
  FI: 'fault_filter_abort',
  NC: 'cluster_not_found',
  NR: 'route_not_found',
  SI: 'stream_idle_timeout',
  UAEX: 'rbac_access_denied_matched_policy[none]',
  UC: 'upstream_reset_before_response_started{connection_termination}',
  UF: 'upstream_reset_before_response_started{connection_failure}',
  UH: 'no_healthy_upstream',
  UMSDR: 'max_duration_timeout',
  UO: 'upstream_reset_before_response_started{overflow}',
  UPE: 'upstream_reset_before_response_started{protocol_error}',
  UR: 'upstream_reset_before_response_started{remote_reset}',
  URX: 'upstream_reset_before_response_started{remote_reset}',
  UT: 'response_timeout',
};

/**
 * One line in the default format of Istio's access log, without the line feed. Empty values are `-`. Of
 * `%CONNECTION_TERMINATION_DETAILS%` and `%UPSTREAM_TRANSPORT_FAILURE_REASON%` our data plane knows nothing.
 */
export function formatAccessLog(entry: AccessLogEntry): string {
  const e = entry;
  return [
    `[${new Date(e.time).toISOString()}]`,
    `"${text(e.method)} ${text(e.path)} ${text(e.protocol)}"`,
    e.status,
    text(e.flags),
    responseCodeDetails(e),
    '-',
    '"-"',
    e.requestBytes,
    e.responseBytes,
    Math.round(e.duration),
    e.upstreamServiceTime === undefined ? '-' : Math.round(e.upstreamServiceTime),
    `"${text(e.forwardedFor)}"`,
    `"${text(e.userAgent)}"`,
    `"${text(e.requestId)}"`,
    `"${text(e.authority)}"`,
    `"${text(e.upstreamHost)}"`,
    text(e.upstreamCluster),
    text(e.upstreamLocalAddress),
    text(e.downstreamLocalAddress),
    text(e.downstreamRemoteAddress),
    text(e.requestedServerName),
    text(e.routeName),
  ].join(' ');
}

/** One line with the fields of Istio's JSON access log, and the trace. Empty values are `null`. */
export function formatAccessLogJson(entry: AccessLogEntry): string {
  const e = entry;
  return JSON.stringify({
    start_time: new Date(e.time).toISOString(),
    method: value(e.method),
    path: value(e.path),
    protocol: value(e.protocol),
    response_code: e.status,
    response_flags: text(e.flags),
    response_code_details: value(responseCodeDetails(e)),
    connection_termination_details: null,
    upstream_transport_failure_reason: null,
    bytes_received: e.requestBytes,
    bytes_sent: e.responseBytes,
    duration: Math.round(e.duration),
    upstream_service_time: e.upstreamServiceTime === undefined ? null : String(Math.round(e.upstreamServiceTime)),
    x_forwarded_for: value(e.forwardedFor),
    user_agent: value(e.userAgent),
    request_id: value(e.requestId),
    authority: value(e.authority),
    upstream_host: value(e.upstreamHost),
    upstream_cluster: value(e.upstreamCluster),
    upstream_local_address: value(e.upstreamLocalAddress),
    downstream_local_address: value(e.downstreamLocalAddress),
    downstream_remote_address: value(e.downstreamRemoteAddress),
    requested_server_name: value(e.requestedServerName),
    route_name: value(e.routeName),
    trace_id: value(e.traceId),
  });
}

function responseCodeDetails(entry: AccessLogEntry): string {
  for (const flag of entry.flags.split(',')) {
    const details = Object.hasOwn(detailsOfFlag, flag) ? detailsOfFlag[flag] : undefined;
    if (details !== undefined) return details;
  }
  return entry.upstreamHost !== undefined && entry.status > 0 ? 'via_upstream' : '-';
}

/** Control characters become `\x1b`: a header of a stranger must not steer the terminal that shows the log. */
function text(value: string | undefined): string {
  if (value === undefined || value === '') return '-';
  return value.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function value(field: string | undefined): string | null {
  return field === undefined || field === '' || field === '-' ? null : field;
}
