import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { numbersIn } from '../sites.ts';

export const ineffectiveTargetPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2248',
  rule: 'ineffective-target-port',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A listener of a Gateway or a Sidecar has a target port, which only services have.',
  refusedBy: 'webhook',
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of numbersIn(
      subject,
      'servers[].port.targetPort',
      'ingress[].port.targetPort',
      'egress[].port.targetPort',
    )) {
      if (value <= 0) continue;
      context.report(subject, path, {
        message: '`targetPort` has no effect on a listener, and Istio refuses it.',
        part: 'key',
        fixes: [
          { title: 'Remove `targetPort`', isPreferred: true, changes: [{ type: 'remove', object: subject, path }] },
        ],
      });
    }
  },
};
