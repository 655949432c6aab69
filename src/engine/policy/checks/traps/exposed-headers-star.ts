import { listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { credentialedCors } from './credentialed-cors.ts';

/**
 * What is allowed of methods and headers, a proxy answers with the names that were asked for; for headers of the answer
 * nobody asks, so that the `*` itself arrives.
 */
export const exposedHeadersStar: ObjectCheck = {
  scope: 'object',
  code: 'MESH1367',
  rule: 'exposed-headers-star',
  aliases: [],
  severity: 'warning',
  summary: 'A CORS policy exposes all headers by `*`, which browsers take for a name where credentials are allowed.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, policy, credentials } of credentialedCors(subject)) {
      for (const [index, name] of listOf(policy.exposeHeaders).entries()) {
        if (name !== '*') continue;
        context.report(subject, [...path, 'exposeHeaders', index], {
          message:
            'With `allowCredentials`, browsers take this for a header called `*`, so pages can read none. Name the headers.',
          part: 'value',
          related: [credentials],
        });
      }
    }
  },
};
