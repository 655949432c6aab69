import { nearestNames } from '../../../../shared/nearest-names.ts';
import { intersectHostnames } from '../../semantics/gateway-api/hostname-intersection.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isWildcard } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';
import { attachmentInputs, attachmentsOf, nameOf } from './route-attachments.ts';

export const routeHostnameMismatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH3004',
  rule: 'route-hostname-mismatch',
  aliases: ['IST0132'],
  severity: 'error',
  summary: 'A hostname of a route is one that no listener of its gateways is for.',
  subject: [Kinds.httpRoute, Kinds.grpcRoute, Kinds.tlsRoute],
  inputs: attachmentInputs,
  run(context) {
    const { subject } = context;
    const route = routeOf(subject);
    const attachments = attachmentsOf(context);
    const decided = attachments.filter(
      ({ attachment }) =>
        attachment.state === 'attached' ||
        (attachment.state === 'refused' && attachment.reason === 'NoMatchingListenerHostname'),
    );
    const refused = decided.filter(({ attachment }) => attachment.state === 'refused');
    const isWhollyRefused = refused.length === decided.length;
    if (!isWhollyRefused) {
      for (const { parent, gateway } of refused) {
        context.report(subject, [...parent.path, 'name'], {
          message: `${nameOf(context, gateway)} has no listener for any of the hostnames of this route.`,
          part: 'value',
          severity: 'warning',
          related: [{ message: 'The listeners are declared here.', object: gateway, path: ['spec', 'listeners'] }],
        });
      }
    }
    // A parent we know nothing of may be for any hostname.
    if (decided.length === 0 || decided.length < route.parents.length) return;
    const listeners = decided.flatMap(({ attachment }) =>
      attachment.state === 'undecided' ? [] : attachment.listeners,
    );
    if (!listeners.every(({ hostname }) => hostname === undefined || isHostname(hostname))) return;
    for (const { hostname, path } of route.hostnames) {
      if (!isHostname(hostname)) continue;
      if (listeners.some((listener) => intersectHostnames(listener.hostname, hostname) !== undefined)) continue;
      const names = [...new Set(listeners.flatMap((listener) => listener.hostname ?? []))];
      const exact = nearestNames(
        hostname,
        names.filter((name) => !isWildcard(name)),
      );
      context.report(subject, path, {
        message: `No listener is for \`${hostname}\`; they are for ${names.map((name) => `\`${name}\``).join(', ')}.`,
        part: 'value',
        ...(!isWhollyRefused && { severity: 'warning' as const }),
        related: listeners.slice(0, 5).map(relatedOf),
        fixes: exact.map((value, index) => ({
          title: `Replace with \`${value}\``,
          isPreferred: index === 0,
          changes: [{ type: 'replace-value', object: subject, path, value }],
        })),
      });
    }
  },
};

function relatedOf({ owner, path, name }: Listener) {
  return { message: `Listener \`${name}\`.`, object: owner, path: [...path, 'hostname'] };
}

/** What is no hostname at all has a finding of its own. */
function isHostname(text: string): boolean {
  return /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/i.test(text);
}
