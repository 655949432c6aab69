import type { TestRequest, TestResponse } from '../../../shared/engine-protocol.ts';
import { ReportWriter, type Report } from '../../report-writer.ts';
import { headerLines, writeRoute } from '../../route-report.ts';
import { milliseconds } from '../../trace-times.ts';
import type { Translate } from '../../translate.ts';

/** The answer to a test request as read-only text: what came, how long it took, which way it went, and why. */
export function responseReport(request: TestRequest, response: TestResponse, t: Translate): Report {
  const port = request.port === undefined ? '' : `:${request.port}`;
  const writer = new ReportWriter();
  writer.line(`# ${response.status} · ${milliseconds(response.duration)}`).line();
  writer.line(`${request.method} http://${request.host}${port}${request.path}`).line();
  if (response.instance !== undefined) writer.line(`- ${t('answered by {0}', response.instance)}`);
  if (request.from !== undefined) writer.line(`- ${t('sent as {0}', request.from)}`);
  writer.line(`- ${t('trace {0}', response.traceId)}`);
  writer.heading(t('Route'));
  writeRoute(writer, response.decision, t);
  writer.heading(t('Request headers'));
  const sent = headerLines(request.headers);
  if (sent.length === 0) writer.line(t('none'));
  else writer.block(sent.join('\n'), 'http');
  writer.heading(t('Response headers'));
  writer.block(headerLines(response.headers).join('\n'), 'http');
  writer.heading(t('Body'));
  writeBody(writer, response, t);
  return writer.finish();
}

function writeBody(writer: ReportWriter, { headers, body, truncated }: TestResponse, t: Translate): void {
  if (body === '') {
    writer.line(t('empty'));
    return;
  }
  const type = headers['content-type'] ?? '';
  const json = /\bjson\b/.test(type) && !truncated ? indented(body) : undefined;
  writer.block(json ?? body, json !== undefined ? 'json' : /\bhtml\b/.test(type) ? 'html' : '');
  if (truncated) writer.line(t('The rest is cut off.'));
}

function indented(body: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return undefined;
  }
}
