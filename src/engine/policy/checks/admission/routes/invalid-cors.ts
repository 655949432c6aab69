import { parseGoDuration } from '../../../../../shared/go-duration.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { textsIn } from '../sites.ts';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']);

export const invalidCors: ObjectCheck = {
  scope: 'object',
  code: 'MESH2212',
  rule: 'invalid-cors',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A CORS policy names a method that does not exist, or a time that is no whole number of seconds.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, 'http[].corsPolicy.allowMethods[]')) {
      if (methods.has(value)) continue;
      const upper = value.toUpperCase();
      context.report(subject, path, {
        message: `There is no HTTP method \`${value}\`${methods.has(upper) ? '; methods are written in capitals' : ''}.`,
        part: 'value',
        fixes: methods.has(upper)
          ? [
              {
                title: `Replace with \`${upper}\``,
                isPreferred: true,
                changes: [{ type: 'replace-value', object: subject, path, value: upper }],
              },
            ]
          : [],
      });
    }
    for (const { path, value } of textsIn(subject, 'http[].corsPolicy.maxAge')) {
      const age = parseGoDuration(value);
      if (age === undefined || age < 1 || age % 1000 === 0) continue;
      context.report(subject, path, { message: 'This time must be whole seconds.', part: 'value' });
    }
  },
};
