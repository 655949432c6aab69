import { fieldOf, isRecord, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { celProblem } from '../../../schema/cel/cel-problem.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

export const telemetrySettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2270',
  rule: 'telemetry-settings',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary:
    'A filter of access logs is no CEL, a change to a label of metrics lacks its value, or traces are set more than once.',
  refusedBy: 'webhook',
  subject: Kinds.telemetry,
  inputs: [],
  run(context) {
    const { subject } = context;
    const warn = (path: readonly (string | number)[], message: string): void => {
      context.report(subject, path, { message, part: 'head', severity: 'warning' });
    };
    const [, second] = sitesIn(subject, 'tracing[]');
    if (second) warn(second.path, 'Only the first entry of `tracing` counts.');
    for (const { path, value } of sitesIn(subject, 'tracing[].providers')) {
      if (listOf(value).length > 1) warn([...path, 1], 'Spans go to one provider only: the first.');
    }
    for (const { path, value } of sitesIn(subject, 'accessLogging[].filter')) {
      const expression = stringOf(fieldOf(value, 'expression')) ?? '';
      if (expression.trim() === '') {
        const message = 'A filter needs an `expression` in CEL, such as `response.code >= 400`.';
        context.report(subject, path, { message, part: 'key' });
        continue;
      }
      const message = celProblem(expression);
      if (message !== undefined) context.report(subject, [...path, 'expression'], { message, part: 'value' });
    }
    for (const { path, key } of sitesIn(subject, 'tracing[].customTags{}')) {
      if (key === '') context.report(subject, path, { message: 'A tag needs a name.', part: 'key' });
    }
    for (const { path, key, value } of sitesIn(subject, 'metrics[].overrides[].tagOverrides{}')) {
      if (!isRecord(value)) continue;
      if (key === '') warn(path, 'The name of a label must not be empty.');
      const operation = stringOf(value.operation) ?? 'UPSERT';
      const text = stringOf(fieldOf(value, 'value')) ?? '';
      if (operation === 'UPSERT' && text === '') {
        const message = `The label \`${key}\` needs a \`value\`, a CEL expression such as \`request.host\`.`;
        context.report(subject, path, { message, part: 'key' });
      } else if (operation === 'REMOVE' && (fieldOf(value, 'value') ?? undefined) !== undefined) {
        const message = 'A label that is removed has no value.';
        context.report(subject, [...path, 'value'], { message, part: 'key' });
      }
    }
  },
};
