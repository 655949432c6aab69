import type { RouteDecision } from '../../shared/route-decision.ts';

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

function headline(decision: RouteDecision): string {
  switch (decision.outcome) {
    case 'forward':
      return 'Forwarded';
    case 'redirect':
      return `Redirected with ${decision.redirect?.status ?? 301} to ${decision.redirect?.location ?? '?'}`;
    case 'direct':
      return `Answered by the proxy itself with ${decision.status ?? 200}`;
    case 'fault':
      return `Aborted by an injected fault with ${decision.status ?? 503}`;
    case 'not-found':
      return 'No rule fits: 404 (NR)';
    case 'no-backend':
      return `Nothing to send it to: ${decision.status ?? 503}`;
    case 'no-listener':
      return 'No listener takes it';
    case 'reset':
      return 'The connection is reset';
    case 'passthrough':
      return 'Not a host of the mesh: passed through to where it points';
    case 'blackhole':
      return `Not a host of the mesh, and unknown hosts are refused: ${decision.status ?? 502}`;
  }
}

/** A decision for a person to read: what, by which rule, where to, why. */
export function formatRoute(decision: RouteDecision): string {
  const lines = [headline(decision)];
  const { route } = decision;
  if (route) {
    const place = route.uri ? `  ${route.uri}${route.range ? `:${route.range.start.line + 1}` : ''}` : '';
    lines.push(
      `  by ${route.resource.kind} ${route.resource.namespace}/${route.resource.name}, ${route.match ?? route.rule}${place}`,
    );
  }
  for (const backend of decision.backends) {
    lines.push(
      `  ${percent(backend.share).padStart(7)}  ${backend.host}:${backend.port}${backend.subset ? ` subset ${backend.subset}` : ''}`,
    );
  }
  for (const mirror of decision.mirrors) {
    lines.push(
      `  ${percent(mirror.share).padStart(7)}  mirrored to ${mirror.host}:${mirror.port}${mirror.subset ? ` subset ${mirror.subset}` : ''}`,
    );
  }
  if (decision.timeout) lines.push(`  timeout ${decision.timeout}`);
  if (decision.retries && decision.retries.attempts > 0) {
    const tries = decision.retries.perTryTimeout ? `, ${decision.retries.perTryTimeout} each` : '';
    lines.push(`  up to ${decision.retries.attempts} retries${tries} on ${decision.retries.retryOn}`);
  }
  if (decision.fault?.delay)
    lines.push(`  delayed by ${decision.fault.delay.duration} in ${decision.fault.delay.percent} % of calls`);
  if (decision.fault?.abort)
    lines.push(`  aborted with ${decision.fault.abort.status} in ${decision.fault.abort.percent} % of calls`);
  if (decision.outcome === 'forward') {
    lines.push(
      `  the backend receives ${decision.request.method} ${decision.request.path} for ${decision.request.host}`,
    );
    lines.push(`  connection: ${decision.tls.mode === 'none' ? 'plain text' : decision.tls.mode}`);
  }
  if (decision.explain.length > 0)
    lines.push('', 'Why:', ...decision.explain.map((step, index) => `  ${index + 1}. ${step}`));
  return `${lines.join('\n')}\n`;
}
