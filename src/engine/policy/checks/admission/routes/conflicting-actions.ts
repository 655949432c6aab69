import type { UntrustedRecord } from '../../../../../shared/untrusted.ts';
import { fieldOf, listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { rulesOf } from '../../routing/virtual-service-view.ts';

export const conflictingActions: ObjectCheck = {
  scope: 'object',
  code: 'MESH2205',
  rule: 'conflicting-actions',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A rule does two things of which only one can be done.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const isDelegate = listOf(fieldOf(subject.spec, 'hosts')).length === 0;
    for (const { type, path, value } of rulesOf(subject)) {
      if (type !== 'http') continue;
      for (const [kept, dropped] of conflictsOf(value, isDelegate)) {
        context.report(subject, [...path, dropped], {
          message: `A rule cannot have both \`${kept}\` and \`${dropped}\`.`,
          part: 'key',
          related: [{ message: `\`${kept}\` is set here.`, object: subject, path: [...path, kept] }],
          fixes: [
            {
              title: `Remove \`${dropped}\``,
              changes: [{ type: 'remove', object: subject, path: [...path, dropped] }],
            },
          ],
        });
      }
    }
  },
};

/** Pairs of fields of which the second must go. */
function conflictsOf(rule: UntrustedRecord, isDelegate: boolean): readonly (readonly [string, string])[] {
  const has = (key: string): boolean => {
    const value = fieldOf(rule, key);
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  };
  const against = (kept: string, ...others: readonly string[]): readonly (readonly [string, string])[] =>
    has(kept) ? others.filter(has).map((other) => [kept, other] as const) : [];
  if (has('delegate') && !isDelegate) return against('delegate', 'route', 'redirect');
  const answers = has('redirect')
    ? against('redirect', 'route', 'fault', 'rewrite', 'directResponse')
    : against('directResponse', 'route', 'fault', 'rewrite');
  return [...answers, ...against('mirrors', 'mirror')];
}
