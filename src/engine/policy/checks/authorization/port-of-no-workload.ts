import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';
import { isOfNobody, listeningPorts, offeredPorts, toldPorts } from '../directories/listening-ports.ts';
import { selectingServices } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { policyPorts } from './policy-ports.ts';

export const portOfNoWorkload: ObjectCheck = {
  scope: 'object',
  code: 'MESH1714',
  rule: 'port-of-no-workload',
  aliases: [],
  // A container listens on a port whether it declares it or not.
  severity: 'information',
  summary: 'A security policy is about a port that none of its workloads is known to listen on.',
  subject: [Kinds.authorizationPolicy, Kinds.peerAuthentication],
  inputs: [workloadDirectory, selectingServices, toldPorts],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const { selector, references } = readPolicyTarget(subject.spec);
    const written = policyPorts(subject);
    if (!isNamespaceKnown || references.length > 0 || !selector || written.length === 0) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector);
    const known = listeningPorts(context, workloads);
    if (!known) return;
    for (const { port, path, isKey } of written) {
      if (!Number.isInteger(port) || !isOfNobody(known, port)) continue;
      const choices = offeredPorts(known);
      context.report(subject, path, {
        message: `None of the workloads is known to listen on ${String(port)}: their Services send to ${choices.join(', ')}.`,
        part: isKey ? 'key' : 'value',
        related: workloads
          .slice(0, 3)
          .map(({ object }) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
        fixes: isKey
          ? []
          : choices.map((choice) => ({
              title: `Replace with \`${String(choice)}\``,
              isPreferred: choices.length === 1,
              changes: [{ type: 'replace-value', object: subject, path, value: String(choice) }],
            })),
      });
    }
  },
};
