import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { readLabelSelector } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { servicePorts } from '../directories/service-ports.ts';
import { translatedPort } from '../directories/service-translation.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { selectedPodsHere } from '../network-policies/selected-pods.ts';
import { replacements } from '../replacements.ts';
import type { CiliumRule, CiliumSpec } from './cilium-view.ts';
import { ciliumPolicyKinds, ciliumSpecsOf, plainLabelSelector } from './cilium-view.ts';

export const ciliumPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH6015',
  rule: 'cilium-port',
  aliases: [],
  severity: 'warning',
  summary: 'A port of a policy of Cilium is no port, is none of the pods it is for, or is that of their Service.',
  subject: ciliumPolicyKinds,
  inputs: [workloadDirectory, serviceDirectory, servicePorts],
  run(context) {
    for (const spec of ciliumSpecsOf(context.subject)) {
      for (const rule of spec.rules) {
        const entries = listOf(rule.value.toPorts);
        if (entries.length === 0) continue;
        const pods = podsReached(context, spec, rule);
        for (const [index, entry] of entries.entries()) {
          for (const [number, port] of listOf(fieldOf(entry, 'ports')).entries()) {
            checkPort(context, port, [...rule.path, 'toPorts', index, 'ports', number, 'port'], pods);
          }
        }
      }
    }
  },
};

/** The pods whose ports are meant: those of the policy, or those that they reach. None where some are not known. */
function podsReached(context: CheckContext, spec: CiliumSpec, rule: CiliumRule): readonly WorkloadView[] {
  if (kindKey(context.subject) !== Kinds.ciliumNetworkPolicy || !context.isNamespaceKnown) return [];
  if (rule.direction === 'ingress') return podsOf(context, spec.value.endpointSelector);
  const [peers, ...others] = rule.peers;
  if (peers !== 'toEndpoints' || others.length > 0) return [];
  const selected = listOf(rule.value.toEndpoints).map((peer) => podsOf(context, peer));
  return selected.every((pods) => pods.length > 0) ? selected.flat() : [];
}

function podsOf(context: CheckContext, value: unknown): readonly WorkloadView[] {
  const selector = readLabelSelector(value);
  const plain = selector && plainLabelSelector(selector);
  return plain ? selectedPodsHere(context, plain) : [];
}

function checkPort(context: CheckContext, port: unknown, path: FieldPath, pods: readonly WorkloadView[]): void {
  const text = stringOf(fieldOf(port, 'port'));
  if (text === undefined || text === '') return;
  const protocol = stringOf(fieldOf(port, 'protocol'))?.toUpperCase() ?? 'ANY';
  if (!/[a-z]/i.test(text) || /^0x[0-9a-f]+$/i.test(text)) {
    const number = /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
    if (number === undefined || number > 65_535) reportNoPort(context, text, path);
    else if (numberOf(fieldOf(port, 'endPort')) === undefined) checkNumber(context, number, protocol, path, pods);
    return;
  }
  const names = pods.flatMap(({ ports }) => ports.map(({ name }) => name)).filter((name) => name !== '');
  if (pods.length === 0 || pods.some(({ ports }) => ports.length === 0) || names.includes(text.toLowerCase())) return;
  const near = nearestNames(text, names);
  context.report(context.subject, path, {
    message: `None of the pods has a port named \`${text}\`, so this lets nothing through.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(context.subject, path, near),
  });
}

function reportNoPort(context: CheckContext, text: string, path: FieldPath): void {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const hint =
    first === undefined || last === undefined
      ? ''
      : ` A range is written \`port: "${first}"\` and \`endPort: ${last}\`.`;
  context.report(context.subject, path, {
    severity: 'error',
    message: `\`${text}\` is no port: Cilium refuses the policy.${hint}`,
    part: 'value',
  });
}

/** Policies see the port that a pod listens on. The one of the Service in front of it is another one. */
function checkNumber(
  context: CheckContext,
  port: number,
  protocol: string,
  path: FieldPath,
  pods: readonly WorkloadView[],
): void {
  const translation = translatedPort(context, pods, port, protocol === 'ANY' ? 'TCP' : protocol);
  if (!translation) return;
  const { service, target } = translation;
  context.report(context.subject, path, {
    message: `${String(port)} is the port of Service \`${service.name}\`; its pods listen on ${String(target)}, and policies go by that.`,
    part: 'value',
    related: [{ message: 'The Service.', object: service.object, path: ['spec', 'ports'] }],
    fixes: replacements(context.subject, path, [String(target)]),
  });
}
