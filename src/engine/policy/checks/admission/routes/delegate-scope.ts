import { fieldOf, listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

export const delegateScope: ObjectCheck = {
  scope: 'object',
  code: 'MESH2206',
  rule: 'delegate-scope',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A VirtualService without hosts is a delegate, and has what only the one that delegates may have.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    if (subject.spec === undefined || listOf(fieldOf(subject.spec, 'hosts')).length > 0) return;
    for (const key of ['gateways', 'tls', 'tcp']) {
      if (listOf(fieldOf(subject.spec, key)).length === 0) continue;
      const message = `A VirtualService without \`hosts\` is a delegate: its HTTP rules count where another one delegates to it, and it cannot have \`${key}\`.`;
      context.report(subject, ['spec', key], { message, part: 'key' });
    }
    for (const { path } of sitesIn(subject, 'http[].delegate')) {
      const message = 'A delegate cannot delegate again; this VirtualService has no `hosts`, so it is a delegate.';
      context.report(subject, path, { message, part: 'key' });
    }
  },
};
