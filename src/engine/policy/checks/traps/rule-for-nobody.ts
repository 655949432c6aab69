import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

export const ruleForNobody: ObjectCheck = {
  scope: 'object',
  code: 'MESH1450',
  rule: 'destination-rule-for-nobody',
  aliases: [],
  severity: 'warning',
  summary: 'A DestinationRule is in a namespace of its own, where nothing runs, so nobody goes by it.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory, workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    if (!isNamespaceKnown || host === undefined || subject.namespace === settings.rootNamespace) return;
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, true);
    const service = lookup.state === 'known' && lookup.services.length === 1 ? lookup.services[0] : undefined;
    if (!service || service.object.kind !== 'Service' || !context.hasKnownNamespace(service.object)) return;
    if (service.namespace === subject.namespace) return;
    const workloads = context.index(workloadDirectory);
    // Files seldom have all that runs.
    if (!workloads.isComplete) return;
    if (workloads.inNamespace(subject.namespace).length > 0) return;
    context.report(subject, ['metadata', 'namespace'], {
      message: `Clients go by rules of their own namespace, then of the service’s (\`${service.namespace}\`), then of \`${settings.rootNamespace}\`. Nothing runs in \`${subject.namespace}\`, so nobody goes by this one. Move it to the namespace of the service.`,
      part: 'value',
      related: [{ message: 'The service.', object: service.object, path: ['metadata', 'name'] }],
    });
  },
};
