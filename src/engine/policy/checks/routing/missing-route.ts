import { Kinds } from '../../../model/kinds.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from './virtual-service-view.ts';

const httpActions = ['route', 'redirect', 'directResponse', 'delegate'];

export const missingRoute: ObjectCheck = {
  scope: 'object',
  code: 'MESH1201',
  rule: 'missing-route',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A VirtualService has no rules, or a rule says nothing about where requests go.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    if (!isRecord(subject.spec)) {
      // A `spec` of another type has a finding of its own.
      if (subject.spec === undefined) {
        context.report(subject, ['kind'], {
          message: 'This VirtualService has no `spec`, so it routes nothing.',
          part: 'value',
        });
      }
      return;
    }
    const types = ['http', 'tls', 'tcp'].filter((type) => listOf(fieldOf(subject.spec, type)).length > 0);
    if (types.length === 0) {
      const message = 'This VirtualService has no rules: it needs `http`, `tls` or `tcp`.';
      context.report(subject, ['spec'], { message, part: 'key', saysMissing: true });
      return;
    }
    for (const { type, path, value } of rulesOf(subject)) {
      const actions = type === 'http' ? httpActions : ['route'];
      const given = actions.filter((action) => (fieldOf(value, action) ?? undefined) !== undefined);
      const onlyRoute = given.length === 1 && given[0] === 'route';
      if (given.length === 0) {
        const list = actions.map((action) => `\`${action}\``).join(', ');
        const needs = actions.length > 1 ? `one of ${list}` : list;
        context.report(subject, path, {
          message: `This rule does not say where requests go; it needs ${needs}.`,
          saysMissing: true,
        });
      } else if (onlyRoute && Array.isArray(value.route) && value.route.length === 0) {
        context.report(subject, [...path, 'route'], { message: 'This route has no destination.', part: 'key' });
      } else if (given.includes('delegate') && stringOf(fieldOf(value.delegate, 'name')) === undefined) {
        // Istio takes it, and then finds no rules.
        const message = 'A delegate without the `name` of a VirtualService leads nowhere.';
        context.report(subject, [...path, 'delegate'], { message, part: 'key', severity: 'warning' });
      }
    }
  },
};
