import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { listenersIn } from './gateway-views.ts';
import type { ParentAttachment } from './route-attachments.ts';
import { attachmentInputs, attachmentsOf, nameOf } from './route-attachments.ts';

export const unknownListener: ObjectCheck = {
  scope: 'object',
  code: 'MESH3002',
  rule: 'unknown-listener',
  aliases: ['KIA1401'],
  severity: 'error',
  summary: 'A route names a listener, by section or port, that its gateway does not have.',
  subject: gatewayRouteKinds,
  inputs: attachmentInputs,
  run(context) {
    for (const each of attachmentsOf(context)) {
      const { attachment } = each;
      if (attachment.state === 'refused' && attachment.reason === 'NoMatchingParent') report(context, each);
    }
  },
};

function report(context: CheckContext, { parent, gateway }: ParentAttachment): void {
  const object = context.subject;
  const listeners = listenersIn(gateway);
  const related = [{ message: 'The listeners are declared here.', object: gateway, path: ['spec', 'listeners'] }];
  const named = listeners.filter(({ name }) => name === parent.sectionName);
  if (parent.sectionName !== undefined && named.length === 0) {
    const names = listeners.map(({ name }) => name);
    const near = nearestNames(parent.sectionName, names);
    const choices = near.length > 0 ? near : names.slice(0, 4);
    const known = near.length > 0 ? didYouMean(near) : ` It has ${choices.map((name) => `\`${name}\``).join(', ')}.`;
    const path = [...parent.path, 'sectionName'];
    context.report(object, path, {
      message: `${nameOf(context, gateway)} has no listener \`${parent.sectionName}\`.${known}`,
      part: 'value',
      related,
      fixes:
        parent.port === undefined
          ? choices.map((value, index) => ({
              title: `Replace with \`${value}\``,
              isPreferred: index === 0 && (near.length > 0 || choices.length === 1),
              changes: [{ type: 'replace-value', object, path, value }],
            }))
          : [],
    });
    return;
  }
  const ports = [...new Set((named.length > 0 ? named : listeners).flatMap(({ port }) => port ?? []))];
  const owner = named.length > 0 ? `Listener \`${parent.sectionName ?? ''}\`` : nameOf(context, gateway);
  const path = [...parent.path, 'port'];
  context.report(object, path, {
    message: `${owner} does not listen on port ${String(parent.port)}; it listens on ${ports.join(', ')}.`,
    part: 'value',
    related,
    fixes: ports.slice(0, 4).map((value) => ({
      title: `Replace with \`${String(value)}\``,
      isPreferred: ports.length === 1,
      changes: [{ type: 'replace-value', object, path, value }],
    })),
  });
}
