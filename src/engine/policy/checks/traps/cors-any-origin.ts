import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { credentialedCors } from './credentialed-cors.ts';

export const corsAnyOrigin: ObjectCheck = {
  scope: 'object',
  code: 'MESH1356',
  rule: 'cors-any-origin',
  aliases: [],
  severity: 'warning',
  summary: 'Pages of any origin may send requests with the cookies of a user and read the answers.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, policy, credentials } of credentialedCors(subject)) {
      const places = [
        ...listOf(policy.allowOrigins).flatMap((origin, index) => {
          const key = keyOfAnyOrigin(origin);
          return key === undefined ? [] : [['allowOrigins', index, key]];
        }),
        ...listOf(policy.allowOrigin).flatMap((origin, index) => (origin === '*' ? [['allowOrigin', index]] : [])),
      ];
      for (const place of places) {
        context.report(subject, [...path, ...place], {
          message:
            'This lets pages of every origin act as the user: with `allowCredentials`, browsers send cookies along, and the proxy answers with the very origin that asked.',
          part: 'value',
          related: [credentials],
        });
      }
    }
  },
};

function keyOfAnyOrigin(origin: unknown): string | undefined {
  if (fieldOf(origin, 'exact') === '*') return 'exact';
  const regex = fieldOf(origin, 'regex');
  if (typeof regex === 'string' && /^\^?\(?(?:\.\*|\.\+)\)?\$?$/.test(regex)) return 'regex';
  const prefix = fieldOf(origin, 'prefix');
  return typeof prefix === 'string' && /^(?:h|ht|htt|http|https|https?:\/{0,2})$/.test(prefix) ? 'prefix' : undefined;
}
