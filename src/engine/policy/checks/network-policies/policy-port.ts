import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { PolicyPort, PolicyRule } from '../../semantics/network-policy/network-policy.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { servicePorts } from '../directories/service-ports.ts';
import { translatedPort } from '../directories/service-translation.ts';
import { networkPolicyOf } from './network-policy-views.ts';
import { podsHere, selectPods } from './selected-pods.ts';

export const policyPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH5003',
  rule: 'network-policy-port',
  aliases: [],
  severity: 'warning',
  summary:
    'A port of a NetworkPolicy is none of the pods it is for: a name they do not have, or the port of their Service.',
  subject: Kinds.networkPolicy,
  inputs: [workloadDirectory, serviceDirectory, servicePorts],
  run(context) {
    if (!context.isNamespaceKnown) return;
    for (const rule of networkPolicyOf(context.subject).rules) {
      if (rule.ports.length === 0) continue;
      const pods = podsReached(context, rule);
      if (pods.length === 0) continue;
      for (const port of rule.ports) {
        if (typeof port.port === 'string') checkName(context, port, port.port, pods);
        else if (port.port !== undefined && port.endPort === undefined) checkNumber(context, port, port.port, pods);
      }
    }
  },
};

/** The pods whose ports are meant: those of the policy, or those that they reach. None where some are not known. */
function podsReached(context: CheckContext, rule: PolicyRule): readonly WorkloadView[] {
  const pods = podsHere(context);
  const { selector } = networkPolicyOf(context.subject);
  if (rule.direction === 'ingress') return selector ? selectPods(pods, selector) : [];
  const isHere = rule.peers.every(({ podSelector, namespaceSelector }) => podSelector && !namespaceSelector);
  return isHere ? rule.peers.flatMap(({ podSelector }) => (podSelector ? selectPods(pods, podSelector) : [])) : [];
}

function checkName(
  context: CheckContext,
  { path, protocol }: PolicyPort,
  name: string,
  pods: readonly WorkloadView[],
): void {
  const names = pods.flatMap(({ ports }) =>
    ports.filter((port) => port.protocol === protocol).map((port) => port.name),
  );
  if (names.includes(name)) return;
  const near = nearestNames(name, names);
  const object = context.subject;
  context.report(object, [...path, 'port'], {
    message: `None of the pods has a ${protocol} port named \`${name}\`, so this lets nothing through.${didYouMean(near)}`,
    part: 'value',
    related: relatedTo(pods),
    fixes: near.map((value, index) => ({
      title: `Replace with \`${value}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object, path: [...path, 'port'], value }],
    })),
  });
}

/** Policies see the port that a pod listens on. The one of the Service in front of it is another one. */
function checkNumber(
  context: CheckContext,
  { path, protocol }: PolicyPort,
  port: number,
  pods: readonly WorkloadView[],
): void {
  const { subject } = context;
  const translation = translatedPort(context, pods, port, protocol);
  if (!translation) return;
  const { service, target } = translation;
  context.report(subject, [...path, 'port'], {
    message: `${String(port)} is the port of Service \`${service.name}\`; its pods listen on ${String(target)}, and policies go by that.`,
    part: 'value',
    related: [{ message: 'The Service.', object: service.object, path: ['spec', 'ports'] }],
    fixes: [
      {
        title: `Replace with \`${String(target)}\``,
        isPreferred: true,
        changes: [{ type: 'replace-value', object: subject, path: [...path, 'port'], value: target }],
      },
    ],
  });
}

function relatedTo(pods: readonly WorkloadView[]) {
  return pods
    .slice(0, 3)
    .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] }));
}
