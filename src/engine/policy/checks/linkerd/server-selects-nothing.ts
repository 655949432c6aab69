import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import { labelSelectorText } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck, Related } from '../check.ts';
import { isOfNobody, listeningPorts, offeredPorts, toldPorts } from '../directories/listening-ports.ts';
import { selectingServices } from '../directories/selecting-services.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { servicePorts } from '../directories/service-ports.ts';
import { translatedPort } from '../directories/service-translation.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { emptySelection, selectedPodsHere } from '../network-policies/selected-pods.ts';
import { replacements } from '../replacements.ts';
import { serverOf } from './server-view.ts';

export const serverSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH4003',
  rule: 'linkerd-server-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'A Server of Linkerd is for pods, or a named port of pods, that do not exist, so its policies do nothing.',
  subject: Kinds.linkerdServer,
  inputs: [workloadDirectory, serviceDirectory, servicePorts, selectingServices, toldPorts],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const { podSelector, port } = serverOf(subject);
    if (!podSelector || !isNamespaceKnown) return;
    const empty = emptySelection(context, podSelector);
    if (empty) {
      const path = ['spec', 'podSelector', 'matchLabels', empty.key ?? ''];
      const isLabel = valueAt(subject, path) !== undefined;
      context.report(subject, isLabel ? path : ['spec', 'podSelector'], {
        message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(podSelector)}\`, so this Server is for nothing.${didYouMean(empty.near)}`,
        part: isLabel ? 'value' : 'key',
        severity: empty.severity,
        fixes: isLabel ? replacements(subject, path, empty.near) : [],
      });
      return;
    }
    const pods = selectedPodsHere(context, podSelector);
    if (typeof port === 'string') checkName(context, port, pods);
    else if (port !== undefined) checkNumber(context, port, pods);
  },
};

function checkName(context: CheckContext, port: string, pods: readonly WorkloadView[]): void {
  const names = pods.flatMap(({ ports }) => ports.map(({ name }) => name)).filter((name) => name !== '');
  if (pods.length === 0 || names.includes(port) || /^\d+$/.test(port)) return;
  const near = nearestNames(port, names);
  context.report(context.subject, ['spec', 'port'], {
    message: `None of the pods has a port named \`${port}\`, so this Server is for nothing.${didYouMean(near)}`,
    part: 'value',
    related: relatedTo(pods),
    fixes: replacements(context.subject, ['spec', 'port'], near),
  });
}

/** Proxies see the port that a pod listens on, not that of the Service in front of it. */
function checkNumber(context: CheckContext, port: number, pods: readonly WorkloadView[]): void {
  const { subject } = context;
  const path = ['spec', 'port'];
  const translation = translatedPort(context, pods, port, 'TCP');
  if (translation) {
    const { service, target } = translation;
    context.report(subject, path, {
      message: `${String(port)} is the port of Service \`${service.name}\`; its pods listen on ${String(target)}, and Servers go by that.`,
      part: 'value',
      related: [{ message: 'The Service.', object: service.object, path: ['spec', 'ports'] }],
      fixes: portFixes(subject, [target]),
    });
    return;
  }
  const known = listeningPorts(context, pods);
  if (!known || !isOfNobody(known, port)) return;
  const choices = offeredPorts(known);
  context.report(subject, path, {
    // A container listens on a port whether it declares it or not.
    severity: 'information',
    message: `None of the pods is known to listen on ${String(port)}: their Services send to ${choices.join(', ')}.`,
    part: 'value',
    related: relatedTo(pods),
    fixes: portFixes(subject, choices),
  });
}

function portFixes(object: MeshObject, ports: readonly (number | string)[]): readonly FixPlan[] {
  return ports.map((value) => ({
    title: `Replace with \`${String(value)}\``,
    isPreferred: ports.length === 1,
    changes: [{ type: 'replace-value', object, path: ['spec', 'port'], value }],
  }));
}

function relatedTo(pods: readonly WorkloadView[]): readonly Related[] {
  return pods
    .slice(0, 3)
    .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] }));
}
