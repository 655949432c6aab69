import { fieldOf, isRecord } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { authenticatesWorkload } from '../directories/request-authentications.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { gatewaysOf, rulesOf } from '../routing/virtual-service-view.ts';
import { parseGatewayName } from '../routing/unknown-gateway.ts';
import { readGateway } from './gateway-directory.ts';

const claimPrefix = '@request.auth.claims';

export const claimRouteWithoutAuthentication: ObjectCheck = {
  scope: 'object',
  code: 'MESH1510',
  rule: 'claim-route-without-authentication',
  aliases: ['IST0149'],
  severity: 'error',
  summary: 'A route goes by a claim of the token, and nothing makes the gateway check tokens, so it never matches.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway, Kinds.requestAuthentication, workloadDirectory],
  run(context) {
    const [claim] = claimsOf(context.subject);
    if (!claim) return;
    for (const written of gatewaysOf(context.subject)) {
      if (written === 'mesh') continue;
      const { namespace, name } = parseGatewayName(written, context.subject.namespace);
      const gateway = context.find(Kinds.gateway, namespace, name);
      const proxy = gateway && unauthenticatedProxy(context, gateway);
      if (!gateway || !proxy) continue;
      context.report(context.subject, claim, {
        message: `No RequestAuthentication is for the proxies of Gateway \`${written}\` (\`${proxy.namespace}/${proxy.object.name}\`): there are no claims, and this never matches.`,
        part: 'key',
        related: [{ message: 'The gateway.', object: gateway, path: ['spec', 'selector'] }],
      });
      return;
    }
  },
};

/** Paths of the conditions on claims. */
function claimsOf(object: MeshObject): readonly FieldPath[] {
  return rulesOf(object).flatMap(({ matches }) =>
    matches.flatMap(({ value, path }) =>
      ['headers', 'withoutHeaders'].flatMap((field) => {
        const conditions = fieldOf(value, field);
        const names = isRecord(conditions) ? Object.keys(conditions) : [];
        return names.filter((name) => name.toLowerCase().startsWith(claimPrefix)).map((name) => [...path, field, name]);
      }),
    ),
  );
}

function unauthenticatedProxy(context: CheckContext, gateway: MeshObject): WorkloadView | undefined {
  const policies = context.ofKind(Kinds.requestAuthentication);
  return context
    .index(workloadDirectory)
    .selected(readGateway(gateway).selector)
    .find((proxy) => !policies.some((policy) => authenticatesWorkload(context, policy, proxy, gateway.name)));
}
