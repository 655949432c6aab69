import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import { targetedKinds } from '../../../semantics/policy-target.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

/** Groups by the kinds that policies can be attached to. */
const targets: Readonly<Record<string, string>> = {
  Service: '',
  ServiceEntry: 'networking.istio.io',
  Gateway: 'gateway.networking.k8s.io',
  GatewayClass: 'gateway.networking.k8s.io',
};

export const invalidTargetRef: ObjectCheck = {
  scope: 'object',
  code: 'MESH2268',
  rule: 'invalid-target-ref',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A policy is attached to a kind that policies cannot be attached to.',
  refusedBy: 'webhook',
  subject: targetedKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'targetRef', 'targetRefs[]')) {
      const kind = stringOf(fieldOf(value, 'kind'));
      if (kind === undefined || kind === '') continue;
      const group = stringOf(fieldOf(value, 'group')) ?? '';
      const expected = Object.hasOwn(targets, kind) ? targets[kind] : undefined;
      if (expected === group || (expected === '' && group === 'core')) continue;
      if (expected === undefined) {
        const message = `Policies are attached to ${Object.keys(targets).join(', ')}, not to \`${kind}\`.`;
        context.report(subject, [...path, 'kind'], { message, part: 'value' });
        continue;
      }
      const isWritten = Object.hasOwn(value as object, 'group');
      context.report(subject, [...path, isWritten ? 'group' : 'kind'], {
        message: `${kind} belongs to the group ${expected === '' ? '`""` (the core group)' : `\`${expected}\``}.`,
        part: 'value',
        fixes: [
          {
            title: `Set the group to \`${expected}\``,
            isPreferred: true,
            changes: [
              isWritten
                ? { type: 'replace-value', object: subject, path: [...path, 'group'], value: expected }
                : { type: 'insert-field', object: subject, path, key: 'group', value: expected, after: 'kind' },
            ],
          },
        ],
      });
    }
  },
};
