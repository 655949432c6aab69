import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { gatewayId } from './bound-gateways.ts';
import { parseGatewayName } from './unknown-gateway.ts';
import { gatewaysOf, hostsOf, rulesOf } from './virtual-service-view.ts';

export const unboundMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH1361',
  rule: 'unbound-match',
  aliases: [],
  severity: 'warning',
  summary: 'A match is for a gateway, or for the mesh, that its VirtualService is not bound to, so it never fits.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway, Kinds.kubernetesGateway],
  run(context) {
    const { subject } = context;
    // A delegate is bound to what the one that delegates is bound to.
    if (hostsOf(subject).length === 0) return;
    const bound = gatewaysOf(subject);
    const ids = new Set(bound.map((name) => gatewayId(context, name)));
    for (const match of rulesOf(subject).flatMap(({ matches }) => matches)) {
      for (const [index, name] of listOf(match.value.gateways).entries()) {
        if (typeof name !== 'string' || ids.has(gatewayId(context, name)) || isNoName(context, name)) continue;
        const list = bound.map((each) => `\`${each}\``).join(', ');
        context.report(subject, [...match.path, 'gateways', index], {
          message: `This VirtualService is bound to ${list} only, so nothing of \`${name}\` gets to this match.`,
          part: 'value',
          fixes: addBinding(context, name),
        });
      }
    }
  },
};

/** A text that names no gateway, and one of a gateway that does not exist, have findings of their own. */
function isNoName(context: CheckContext, written: string): boolean {
  if (written === 'mesh') return false;
  const { namespace, name } = parseGatewayName(written, context.subject.namespace);
  const known = [...context.ofKind(Kinds.gateway), ...context.ofKind(Kinds.kubernetesGateway)];
  return namespace === '' || name === '' || (known.length > 0 && !known.some((gateway) => gateway.name === name));
}

/** Only beside others: a first one would take the place of the mesh. */
function addBinding({ subject }: CheckContext, name: string): readonly FixPlan[] {
  const path = ['spec', 'gateways'];
  if (listOf(fieldOf(subject.spec, 'gateways')).length === 0) return [];
  return [
    { title: `Bind it to \`${name}\` too`, changes: [{ type: 'append-item', object: subject, path, value: name }] },
  ];
}
