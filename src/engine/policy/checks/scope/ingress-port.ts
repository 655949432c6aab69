import { fieldOf, listOf, numberOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { listeningPorts, offeredPorts, toldPorts } from '../directories/listening-ports.ts';
import { selectingServices } from '../directories/selecting-services.ts';
import { selectorOf } from '../directories/selector-of.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

export const ingressPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1612',
  rule: 'sidecar-ingress-port',
  aliases: [],
  severity: 'warning',
  summary: 'A Sidecar takes calls on a port that no Service of its workloads sends to.',
  subject: Kinds.sidecar,
  inputs: [workloadDirectory, selectingServices, toldPorts],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const selector = selectorOf(subject);
    const listeners = listOf(fieldOf(subject.spec, 'ingress'));
    if (!selector || !isNamespaceKnown || listeners.length === 0) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector.labels);
    const known = listeningPorts(context, workloads);
    if (!known) return;
    for (const [index, listener] of listeners.entries()) {
      const port = numberOf(valueAt(listener, ['port', 'number']));
      if (port === undefined || known.told.has(port)) continue;
      const choices = offeredPorts(known);
      const path = ['spec', 'ingress', index, 'port', 'number'];
      context.report(subject, path, {
        message: `Services send to port ${choices.join(', ')} of these workloads, not to ${String(port)}: nobody who calls a Service gets to this listener.`,
        part: 'value',
        // A container listens on a port whether it declares it or not.
        ...(!known.ofServices.has(port) && { severity: 'information' as const }),
        related: context
          .index(selectingServices)
          .of(workloads[0] ?? subject)
          .slice(0, 3)
          .map((object) => ({ message: `Service ${object.name}`, object, path: ['spec', 'ports'] })),
        fixes: choices.map((value) => ({
          title: `Replace with \`${String(value)}\``,
          isPreferred: choices.length === 1,
          changes: [{ type: 'replace-value', object: subject, path, value }],
        })),
      });
    }
  },
};
