import type { RouteBackend, RouteDecision } from '../shared/route-decision.ts';
import type { LinkTarget, ReportWriter } from './report-writer.ts';
import type { Translate } from './translate.ts';

/** Writes where a request goes and why, with a link to the rule that decided. */
export function writeRoute(writer: ReportWriter, decision: RouteDecision, t: Translate): void {
  writer.line(`**${outcomeText(decision, t)}**`).line();
  const { route } = decision;
  if (route) {
    const { kind, namespace, name } = route.resource;
    const place = targetOf(route);
    writer.link(
      `- ${kind} ${namespace}/${name}, ${route.match ?? route.rule}${place ? ' — ' : ''}`,
      place ? linkLabel(place) : '',
      place,
    );
  }
  for (const backend of decision.backends) writer.line(`- → ${backendText(backend)} · ${percent(backend.share)}`);
  for (const mirror of decision.mirrors)
    writer.line(`- ${t('mirrored to')} ${backendText(mirror)} · ${percent(mirror.share)}`);
  if (decision.redirect) writer.line(`- ${decision.redirect.status} → ${decision.redirect.location}`);
  if (decision.timeout !== undefined) writer.line(`- ${t('timeout {0}', decision.timeout)}`);
  if (decision.retries) {
    const { attempts, perTryTimeout, retryOn } = decision.retries;
    const each = perTryTimeout === undefined ? '' : `, ${t('{0} each', perTryTimeout)}`;
    writer.line(`- ${t('retries {0}', attempts)}${each} (${retryOn})`);
  }
  if (decision.fault?.delay) {
    writer.line(
      `- ${t('delayed {0} for {1} % of requests', decision.fault.delay.duration, decision.fault.delay.percent)}`,
    );
  }
  if (decision.fault?.abort) {
    writer.line(
      `- ${t('aborted with {0} for {1} % of requests', decision.fault.abort.status, decision.fault.abort.percent)}`,
    );
  }
  writer.line(`- ${t('transport security: {0}', decision.tls.mode)}`);
  if (decision.explain.length > 0) {
    writer.heading(t('Why'));
    decision.explain.forEach((step, at) => writer.line(`${at + 1}. ${step}`));
  }
}

/** Writes what the backend receives. */
export function writeForwardedRequest(writer: ReportWriter, decision: RouteDecision, t: Translate): void {
  const { request, response } = decision;
  writer.heading(t('The backend receives'));
  writer.block(
    [`${request.method} ${request.path}`, `host: ${request.host}`, ...headerLines(request.headers)].join('\n'),
    'http',
  );
  if (request.removed.length > 0) writer.line(t('Removed: {0}', request.removed.join(', ')));
  const set = headerLines(response.headers);
  if (set.length === 0 && response.removed.length === 0) return;
  writer.heading(t('Changed in every answer'));
  if (set.length > 0) writer.block(set.join('\n'), 'http');
  if (response.removed.length > 0) writer.line(t('Removed: {0}', response.removed.join(', ')));
}

/** "name: value" lines by name. */
export function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}`);
}

function outcomeText(decision: RouteDecision, t: Translate): string {
  const status = decision.status ?? 0;
  switch (decision.outcome) {
    case 'forward':
      return t('Forwarded');
    case 'redirect':
      return t('Redirected with {0}', status);
    case 'direct':
      return t('Answered directly with {0}', status);
    case 'fault':
      return t('Aborted by fault injection with {0}', status);
    case 'not-found':
      return t('No route matches: 404');
    case 'no-backend':
      return t('No backend can take it: {0}', status === 0 ? 503 : status);
    case 'no-listener':
      return t('Nothing listens there');
    case 'reset':
      return t('The connection is reset');
    case 'passthrough':
      return t('Passed through unchanged');
    case 'blackhole':
      return t('Dropped');
  }
}

function backendText({
  service,
  namespace,
  subset,
  port,
}: Pick<RouteBackend, 'service' | 'namespace' | 'subset' | 'port'>): string {
  return `${service}${subset === undefined ? '' : ` ${subset}`} (${namespace}), ${port}`;
}

/** 0.1234 → "12.3 %", with a thin space. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}\u2009%`;
}

function targetOf(route: NonNullable<RouteDecision['route']>): LinkTarget | undefined {
  if (route.uri === undefined) return undefined;
  return { uri: route.uri, ...(route.range === undefined ? {} : { range: route.range }) };
}

/** "reviews-route.yaml:14" */
function linkLabel({ uri, range }: LinkTarget): string {
  const name = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  return range === undefined ? name : `${name}:${range.start.line + 1}`;
}
