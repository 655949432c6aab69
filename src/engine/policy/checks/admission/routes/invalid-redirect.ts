import { fieldOf, listOf, numberOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { rulesOf } from '../../routing/virtual-service-view.ts';
import { isPort } from '../formats/ports.ts';

export const invalidRedirect: ObjectCheck = {
  scope: 'object',
  code: 'MESH2207',
  rule: 'invalid-redirect',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A redirect does not say where to, or cannot be carried out.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, path: rulePath, value } of rulesOf(subject)) {
      const redirect = fieldOf(value, 'redirect');
      if (type !== 'http' || redirect === undefined || redirect === null) continue;
      const path = [...rulePath, 'redirect'];
      const textOf = (key: string): string => stringOf(fieldOf(redirect, key)) ?? '';
      const report = (key: string, message: string): void => {
        context.report(subject, [...path, key], { message, part: 'value' });
      };
      const prefix = textOf('prefixRewrite');
      if (textOf('uri') !== '' && prefix !== '') {
        const message = 'A redirect can have either `uri` or `prefixRewrite`.';
        context.report(subject, [...path, 'prefixRewrite'], { message, part: 'key' });
      }
      if (prefix !== '') {
        for (const match of listOf(fieldOf(value, 'match'))) {
          const uri = fieldOf(match, 'uri');
          if (uri === undefined || uri === null || fieldOf(uri, 'prefix') !== undefined) continue;
          report(
            'prefixRewrite',
            '`prefixRewrite` needs matches that compare `uri` by `prefix`; one of this rule does not.',
          );
          break;
        }
      }
      const hasTarget =
        ['uri', 'prefixRewrite', 'authority', 'scheme'].some((key) => textOf(key) !== '') ||
        ['port', 'derivePort'].some((key) => (fieldOf(redirect, key) ?? undefined) !== undefined);
      if (!hasTarget) {
        const message = 'A redirect must say what changes: `uri`, `prefixRewrite`, `authority`, `scheme` or `port`.';
        context.report(subject, path, { message, part: 'key' });
      }
      const code = numberOf(fieldOf(redirect, 'redirectCode')) ?? 0;
      if (code !== 0 && (code < 300 || code > 399))
        report('redirectCode', 'The status of a redirect is from 300 to 399.');
      const scheme = textOf('scheme');
      if (scheme !== '' && scheme !== 'http' && scheme !== 'https') {
        report('scheme', `The scheme of a redirect is \`http\` or \`https\`, not \`${scheme}\`.`);
      }
      const port = numberOf(fieldOf(redirect, 'port')) ?? 0;
      if (port !== 0 && !isPort(port)) report('port', 'A port is from 1 to 65535.');
    }
  },
};
