import { fieldOf, isRecord, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { readKeySet } from './key-set.ts';

export const invalidJwtRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH2266',
  rule: 'invalid-jwt-rule',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A rule for tokens names no issuer, or keys that cannot be read.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.requestAuthentication,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'jwtRules[]')) {
      if (!isRecord(value)) continue;
      const uriKey = Object.hasOwn(value, 'jwks_uri') ? 'jwks_uri' : 'jwksUri';
      const uri = stringOf(fieldOf(value, uriKey)) ?? '';
      if ((stringOf(fieldOf(value, 'issuer')) ?? '') === '' && uri === '') {
        const message = 'A rule for tokens needs an `issuer` or a `jwksUri`.';
        context.report(subject, path, { message });
      }
      const keys = stringOf(fieldOf(value, 'jwks')) ?? '';
      if (keys === '') continue;
      const set = readKeySet(keys);
      const at = [...path, 'jwks'];
      if (set.problem !== undefined) context.report(subject, at, { message: set.problem });
      for (const index of set.privateKeys) {
        const message = `Key ${String(index + 1)} of the set is a private one. Only public keys are needed here, and everybody who can read this object can sign tokens with it.`;
        context.report(subject, at, { message, severity: 'warning' });
      }
    }
    for (const { path, value } of sitesIn(subject, 'jwtRules[].outputClaimToHeaders[]')) {
      const missing = ['header', 'claim'].find((key) => fieldOf(value, key) === '');
      if (missing === undefined) continue;
      context.report(subject, [...path, missing], { message: `\`${missing}\` must not be empty.`, part: 'key' });
    }
    for (const { path, value } of sitesIn(
      subject,
      'jwtRules[].audiences',
      'jwtRules[].fromParams',
      'jwtRules[].fromCookies',
    )) {
      for (const [index, text] of listOf(value).entries()) {
        if (text === '') context.report(subject, [...path, index], { message: 'This text must not be empty.' });
      }
    }
  },
};
