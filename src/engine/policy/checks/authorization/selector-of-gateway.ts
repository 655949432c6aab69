import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { selectableWorkloads, workloadDirectory } from '../directories/workload-directory.ts';

/** Istio puts it on the pods that it makes for a Gateway of the Gateway API. */
const nameLabel = 'gateway.networking.k8s.io/gateway-name';
const managed = 'gateway.istio.io/managed';
const waypoints = 'istio.io-mesh-controller';

export const selectorOfGateway: ObjectCheck = {
  scope: 'object',
  code: 'MESH1710',
  rule: 'selector-of-gateway',
  aliases: ['IST0166'],
  severity: 'warning',
  summary: 'A policy selects the pods of a Gateway of the Gateway API, which take policies by `targetRefs`.',
  subject: [Kinds.authorizationPolicy, Kinds.requestAuthentication, Kinds.telemetry, Kinds.wasmPlugin],
  inputs: [workloadDirectory],
  run(context) {
    const { subject } = context;
    const { selector, references } = readPolicyTarget(subject.spec);
    if (!selector || references.length > 0) return;
    const gateways = selectableWorkloads(context, context.index(workloadDirectory), selector).filter(({ labels }) =>
      Object.hasOwn(labels, nameLabel),
    );
    const name = selector[nameLabel] ?? gateways[0]?.labels[nameLabel];
    if (name === undefined) return;
    const isWaypoint = gateways.some(({ labels }) => selectorMatches({ [managed]: waypoints }, labels));
    context.report(subject, ['spec', 'selector'], {
      message: isWaypoint
        ? `This selects the waypoint \`${name}\`, which no selector reaches: name it in \`targetRefs\`.`
        : `This selects the pods of Gateway \`${name}\`: name the Gateway in \`targetRefs\` instead.`,
      part: 'key',
      fixes: Object.keys(selector).length === 1 ? useReference(context, name) : [],
    });
  },
};

function useReference({ subject: object }: CheckContext, name: string): readonly FixPlan[] {
  const value = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }];
  return [
    {
      title: `Name Gateway \`${name}\` in \`targetRefs\``,
      isPreferred: true,
      changes: [
        { type: 'insert-field', object, path: ['spec'], key: 'targetRefs', value },
        { type: 'remove', object, path: ['spec', 'selector'] },
      ],
    },
  ];
}
