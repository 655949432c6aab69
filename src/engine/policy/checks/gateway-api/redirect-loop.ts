import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import type { RouteFilter } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';
import { attachmentInputs, attachmentsOf } from './route-attachments.ts';

export const gatewayRedirectLoop: ObjectCheck = {
  scope: 'object',
  code: 'MESH3020',
  rule: 'redirect-loop',
  aliases: [],
  severity: 'error',
  summary: 'A redirect leads back to the listener it comes from, so clients never arrive.',
  subject: Kinds.httpRoute,
  inputs: attachmentInputs,
  run(context) {
    const { rules, hostnames } = routeOf(context.subject);
    const redirects = rules.flatMap(({ filters }) =>
      filters.filter(({ type, value }) => type === 'RequestRedirect' && isRecord(value.requestRedirect)),
    );
    if (redirects.length === 0) return;
    const attachments = attachmentsOf(context);
    // A redirect to the only hostname there is changes nothing.
    const ownHost = hostnames.length === 1 ? hostnames[0]?.hostname.toLowerCase() : undefined;
    for (const filter of redirects) report(context, filter, attachments, ownHost);
  },
};

function report(
  context: CheckContext,
  filter: RouteFilter,
  attachments: ReturnType<typeof attachmentsOf>,
  ownHost: string | undefined,
): void {
  for (const { parent, attachment } of attachments) {
    if (attachment.state !== 'attached') continue;
    const looping = attachment.listeners.find((listener) => leadsBack(filter, listener, ownHost));
    if (!looping) continue;
    const object = context.subject;
    const plain = attachment.listeners.filter((listener) => !leadsBack(filter, listener, ownHost));
    const [other] = plain;
    const canBind = parent.sectionName === undefined && plain.length === 1 && other && other.name !== '';
    context.report(object, [...filter.path, 'requestRedirect'], {
      message: `Requests at listener \`${looping.name}\` (${looping.protocol}) are redirected to where they came from, again and again.`,
      part: 'key',
      related: [
        { message: `Listener \`${looping.name}\`.`, object: looping.owner, path: [...looping.path, 'name'] },
        { message: 'The route is bound to it here.', object, path: [...parent.path, 'name'] },
      ],
      fixes: canBind
        ? [
            {
              title: `Bind the route to listener \`${other.name}\` only`,
              isPreferred: true,
              changes: [
                {
                  type: 'insert-field',
                  object,
                  path: parent.path,
                  key: 'sectionName',
                  value: other.name,
                  after: 'name',
                },
              ],
            },
          ]
        : [],
    });
    return;
  }
}

/** The redirect changes neither scheme, host, port nor path of what the listener takes. */
function leadsBack({ value }: RouteFilter, { protocol, port }: Listener, ownHost: string | undefined): boolean {
  const redirect = value.requestRedirect;
  const host = stringOf(fieldOf(redirect, 'hostname'))?.toLowerCase();
  if ((host !== undefined && host !== ownHost) || fieldOf(redirect, 'path') !== undefined) return false;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return false;
  const own = protocol === 'HTTP' ? 'http' : 'https';
  const scheme = stringOf(fieldOf(redirect, 'scheme'));
  if ((scheme ?? own) !== own) return false;
  const given = fieldOf(redirect, 'port');
  // Without a port the one of a written scheme is meant, which clients reach this listener by if it is published there.
  return given === undefined || given === port;
}
