import type { Call } from '../../../shared/call.ts';
import type { RouteDecision } from '../../../shared/route-decision.ts';
import { ReportWriter, type Report } from '../../report-writer.ts';
import { headerLines, writeForwardedRequest, writeRoute } from '../../route-report.ts';
import type { Translate } from '../../translate.ts';

/** The answer of `mesh/route` as read-only text. */
export function routeDocument(call: Call, decision: RouteDecision, t: Translate): Report {
  const writer = new ReportWriter();
  const port = call.port === undefined ? '' : `:${call.port}`;
  writer.line(`# ${call.method ?? 'GET'} ${call.host ?? ''}${port}${call.path ?? '/'}`).line();
  const source = call.source?.workload ?? call.gateway?.name;
  if (source !== undefined) writer.line(t('Called by {0}.', source)).line();
  for (const header of headerLines(call.headers ?? {})) writer.line(`    ${header}`);
  writer.heading(t('Decision'));
  writeRoute(writer, decision, t);
  writeForwardedRequest(writer, decision, t);
  return writer.finish();
}
