import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

export const portModeWithoutSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH2267',
  rule: 'port-mode-without-selector',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Mutual TLS is set for single ports, but no workload is selected whose ports they are.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.peerAuthentication,
  inputs: [],
  run(context) {
    const { subject } = context;
    const ports = fieldOf(subject.spec, 'portLevelMtls');
    if (!isRecord(ports) || sitesIn(subject, 'selector.matchLabels{}').length > 0) return;
    if (Object.keys(ports).length === 0) return;
    const message = '`portLevelMtls` is about ports of workloads, so it needs a `selector` with labels.';
    context.report(subject, ['spec', 'portLevelMtls'], { message, part: 'key' });
  },
};
