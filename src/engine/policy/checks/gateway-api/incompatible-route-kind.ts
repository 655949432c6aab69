import { Kinds } from '../../../model/kinds.ts';
import { kindsOfProtocol } from '../../semantics/gateway-api/listeners.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { listenersIn } from './gateway-views.ts';

export const incompatibleRouteKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH3024',
  rule: 'incompatible-route-kind',
  aliases: [],
  severity: 'warning',
  summary: 'A listener allows a kind of route that its protocol cannot carry.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const listener of listenersIn(subject)) {
      const possible = kindsOfProtocol(listener);
      for (const { kind, path } of listener.allowedKinds ?? []) {
        if (!possible || possible.includes(kind) || !gatewayRouteKinds.includes(kind)) continue;
        const names = possible.map((each) => each.slice(each.indexOf('/') + 1));
        const mode = listener.tlsMode === undefined ? '' : ` in mode ${listener.tlsMode}`;
        context.report(subject, [...path, 'kind'], {
          message: `A listener for ${listener.protocol}${mode} cannot carry a ${kind.slice(kind.indexOf('/') + 1)}, only ${names.join(' or ')}.`,
          part: 'value',
          fixes: names
            .filter((name) => !listener.allowedKinds?.some((allowed) => allowed.kind.endsWith(`/${name}`)))
            .map((value) => ({
              title: `Replace with \`${value}\``,
              isPreferred: names.length === 1,
              changes: [{ type: 'replace-value', object: subject, path: [...path, 'kind'], value }],
            })),
        });
      }
    }
  },
};
