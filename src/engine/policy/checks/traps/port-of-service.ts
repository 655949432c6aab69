import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { policyPorts } from '../authorization/policy-ports.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { servicePorts } from '../directories/service-ports.ts';
import { translatedPort } from '../directories/service-translation.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

export const portOfService: ObjectCheck = {
  scope: 'object',
  code: 'MESH1753',
  rule: 'port-of-service',
  aliases: [],
  severity: 'warning',
  summary: 'A port of a security policy is that of the Service; proxies go by the port that the workload listens on.',
  subject: [Kinds.authorizationPolicy, Kinds.peerAuthentication],
  inputs: [workloadDirectory, serviceDirectory, servicePorts],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const { selector, references } = readPolicyTarget(subject.spec);
    // Waypoints, which policies with targets are for, go by the ports of Services.
    if (!isNamespaceKnown || references.length > 0 || !selector) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector);
    for (const { port, path, isKey } of policyPorts(subject)) {
      const translation = translatedPort(context, workloads, port, 'TCP');
      if (!translation) continue;
      const { service, target } = translation;
      const value = String(target);
      context.report(subject, path, {
        message: `${String(port)} is the port of Service \`${service.name}\`; its pods listen on ${value}, and that is the port policies are compared with.`,
        part: isKey ? 'key' : 'value',
        related: [{ message: 'The Service.', object: service.object, path: ['spec', 'ports'] }],
        fixes: isKey
          ? []
          : [
              {
                title: `Replace with \`${value}\``,
                isPreferred: true,
                changes: [{ type: 'replace-value', object: subject, path, value }],
              },
            ],
      });
    }
  },
};
