import { allowsKind } from '../../semantics/gateway-api/attachment.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import { labelSelectorText } from '../../semantics/label-selector.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';
import { attachmentInputs, attachmentsOf, nameOf } from './route-attachments.ts';

export const routeNotAllowed: ObjectCheck = {
  scope: 'object',
  code: 'MESH3003',
  rule: 'route-not-allowed',
  aliases: ['KIA1401'],
  severity: 'error',
  summary: 'No listener of the gateway admits the route: its kind or its namespace is not allowed.',
  subject: gatewayRouteKinds,
  inputs: attachmentInputs,
  run(context) {
    for (const { parent, gateway, attachment } of attachmentsOf(context)) {
      if (attachment.state !== 'refused' || attachment.reason !== 'NotAllowedByListeners') continue;
      const reasons = [...new Set(attachment.listeners.map((listener) => reasonOf(context, listener)))];
      context.report(context.subject, [...parent.path, 'name'], {
        message: `${nameOf(context, gateway)} does not admit this ${context.subject.kind}: ${reasons.join(', and ')}.`,
        part: 'value',
        related: attachment.listeners.slice(0, 5).map(({ owner, path, name }) => ({
          message: `Listener \`${name}\`.`,
          object: owner,
          path: [...path, 'name'],
        })),
      });
    }
  },
};

function reasonOf(context: CheckContext, listener: Listener): string {
  const { namespaces, name, protocol, owner } = listener;
  if (!allowsKind(routeOf(context.subject), listener)) {
    return listener.allowedKinds
      ? `listener \`${name}\` allows other kinds`
      : `listener \`${name}\` (${protocol}${listener.tlsMode === undefined ? '' : `, ${listener.tlsMode}`}) cannot carry it`;
  }
  if (namespaces.from === 'None') return `listener \`${name}\` admits no routes`;
  if (namespaces.from === 'Same') {
    return `listener \`${name}\` admits routes of its own namespace \`${owner.namespace}\` only, as listeners do unless \`allowedRoutes\` says otherwise`;
  }
  const selector = namespaces.from === 'Selector' && namespaces.selector;
  const text = selector ? ` (${labelSelectorText(selector)})` : '';
  return `namespace \`${context.subject.namespace}\` lacks the labels that listener \`${name}\` asks for${text}`;
}
