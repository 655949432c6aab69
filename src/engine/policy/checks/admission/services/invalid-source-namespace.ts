import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isDnsLabel } from '../formats/host-names.ts';
import { textsIn } from '../sites.ts';

export const invalidSourceNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH2240',
  rule: 'invalid-source-namespace',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A match is for callers of a namespace that no namespace can be called.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, 'http[].match[].sourceNamespace')) {
      if (value === '' || isDnsLabel(value)) continue;
      context.report(subject, path, { message: `\`${value}\` is no name of a namespace.`, part: 'value' });
    }
  },
};
