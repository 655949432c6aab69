import { milliseconds } from '../../trace-times.ts';
import type { TraceSummary } from '../../../shared/traces.ts';
import type { Translate } from '../../translate.ts';

/** "200 · 31 ms · 9 spans · 1 retry". */
export function traceDescription(trace: TraceSummary, t: Translate): string {
  return [
    ...(trace.httpStatus === undefined ? [] : [String(trace.httpStatus)]),
    milliseconds(trace.duration),
    trace.spans === 1 ? t('1 span') : t('{0} spans', trace.spans),
    ...(trace.retries === 0 ? [] : [trace.retries === 1 ? t('1 retry') : t('{0} retries', trace.retries)]),
    ...(trace.errors === 0 ? [] : [trace.errors === 1 ? t('1 error') : t('{0} errors', trace.errors)]),
  ].join(' · ');
}

/** The name of a trace without what is the same in all of them: "ingress:80/*", "GET /productpage". */
export function traceLabel(name: string): string {
  return name.replace(/^([a-z0-9-]+)\.[a-z0-9-]+\.svc(?:\.[a-z0-9-]+)*(?=[:/]|$)/, '$1');
}
