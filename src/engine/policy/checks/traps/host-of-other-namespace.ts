import { Kinds } from '../../../model/kinds.ts';
import { isExportedTo } from '../../semantics/export-to.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { replacements } from '../replacements.ts';
import { gatewaysOf, hostsOf } from '../routing/virtual-service-view.ts';

export const hostOfOtherNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH1353',
  rule: 'host-of-other-namespace',
  aliases: [],
  severity: 'warning',
  summary: 'A VirtualService has the short name of a service of another namespace as host, which means one of its own.',
  subject: Kinds.virtualService,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    if (!isNamespaceKnown || !gatewaysOf(subject).includes('mesh')) return;
    const directory = context.index(serviceDirectory);
    for (const { host, path } of hostsOf(subject)) {
      if (host.includes('.') || host.startsWith('*')) continue;
      if (directory.lookUp(host, subject.namespace, true).state !== 'unknown') continue;
      const services = directory
        .named(host)
        .filter(
          ({ object, exportTo }) => context.hasKnownNamespace(object) && isExportedTo(exportTo, subject.namespace),
        );
      const [first] = services;
      if (!first) continue;
      const names = services.slice(0, 3).map((service) => service.host);
      context.report(subject, path, {
        message: `In namespace \`${subject.namespace}\` there is no service \`${host}\`: this does nothing for the one of \`${first.namespace}\`, whose full name is \`${first.host}\`.`,
        part: 'value',
        related: [{ message: 'The service.', object: first.object, path: ['metadata', 'name'] }],
        fixes: replacements(subject, path, names),
      });
    }
  },
};
