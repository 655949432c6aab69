import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import { kindsOfProtocol } from '../../semantics/gateway-api/listeners.ts';
import { toGateway } from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { listenersIn } from './gateway-views.ts';

export const incompatibleRouteKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH3024',
  rule: 'incompatible-route-kind',
  aliases: [],
  severity: 'warning',
  summary: 'A listener allows a kind of route that its protocol cannot carry, or that does not exist.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const listener of listenersIn(subject)) {
      const possible = kindsOfProtocol(listener);
      for (const { kind, path } of listener.allowedKinds ?? []) {
        if (!possible || possible.includes(kind)) continue;
        if (!gatewayRouteKinds.includes(kind)) {
          checkName(context, kind, path);
          continue;
        }
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

/** A kind of the group of gateways that is no route. Other groups may have routes that only an implementation knows. */
function checkName(context: CheckContext, kind: KindKey, path: FieldPath): void {
  const { subject } = context;
  const prefix = `${toGateway.group}/`;
  if (!kind.startsWith(prefix)) return;
  const name = kind.slice(prefix.length);
  const known = gatewayRouteKinds.map((each) => each.slice(each.indexOf('/') + 1));
  const near = nearestNames(name, known);
  const at = [...path, 'kind'];
  context.report(subject, at, {
    message: `\`${name}\` is no kind of route, so it lets nothing in.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(subject, at, near),
  });
}
