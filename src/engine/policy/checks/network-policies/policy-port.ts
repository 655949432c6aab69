import type { FieldPath } from '../../../../shared/text.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { PolicyPort, PolicyRule } from '../../semantics/network-policy/network-policy.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { isOfNobody, listeningPorts, offeredPorts, toldPorts } from '../directories/listening-ports.ts';
import { selectingServices } from '../directories/selecting-services.ts';
import { servicePorts } from '../directories/service-ports.ts';
import { translatedPort } from '../directories/service-translation.ts';
import { networkPolicyOf } from './network-policy-views.ts';
import { selectedPodsHere } from './selected-pods.ts';

export const policyPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH5003',
  rule: 'network-policy-port',
  aliases: [],
  severity: 'warning',
  summary:
    'A port of a NetworkPolicy is none of the pods it is for: one they do not have, or the port of their Service.',
  subject: Kinds.networkPolicy,
  inputs: [workloadDirectory, serviceDirectory, servicePorts, selectingServices, toldPorts],
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
  const { selector } = networkPolicyOf(context.subject);
  if (rule.direction === 'ingress') return selector ? selectedPodsHere(context, selector) : [];
  const isHere = rule.peers.every(({ podSelector, namespaceSelector }) => podSelector && !namespaceSelector);
  return isHere
    ? rule.peers.flatMap(({ podSelector }) => (podSelector ? selectedPodsHere(context, podSelector) : []))
    : [];
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
  if (!translation) {
    // Rules list the port of DNS for whatever peers they have.
    if (protocol === 'TCP') checkKnown(context, path, port, pods);
    return;
  }
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

/** A port of nobody: the pods declare others, and so do their Services. */
function checkKnown(context: CheckContext, path: FieldPath, port: number, pods: readonly WorkloadView[]): void {
  const known = listeningPorts(context, pods);
  if (!known || !isOfNobody(known, port)) return;
  const choices = offeredPorts(known);
  const object = context.subject;
  context.report(object, [...path, 'port'], {
    // A container listens on a port whether it declares it or not.
    severity: 'information',
    message: `None of the pods is known to listen on ${String(port)}: their Services send to ${choices.join(', ')}.`,
    part: 'value',
    related: relatedTo(pods),
    fixes: choices.map((value) => ({
      title: `Replace with \`${String(value)}\``,
      isPreferred: choices.length === 1,
      changes: [{ type: 'replace-value', object, path: [...path, 'port'], value }],
    })),
  });
}

function relatedTo(pods: readonly WorkloadView[]) {
  return pods
    .slice(0, 3)
    .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] }));
}
