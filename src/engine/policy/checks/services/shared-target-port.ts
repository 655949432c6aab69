import { groupBy } from '../../../model/indexes/per-part.ts';
import type { ObjectCheck } from '../check.ts';
import { firstClash, meshServicePorts, sharedPortInputs, sharedPortSubjects } from './shared-workload-ports.ts';

export const sharedTargetPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2006',
  rule: 'shared-target-port',
  aliases: ['IST0137'],
  severity: 'information',
  summary: 'Two Services lead from different ports to one port of a workload; its sidecar takes the settings of one.',
  subject: sharedPortSubjects,
  inputs: sharedPortInputs,
  run(context) {
    const { subject } = context;
    for (const [target, group] of groupBy(meshServicePorts(context), (each) => [String(each.target)])) {
      const [one, other] = firstClash(group, ({ port }) => port.number) ?? [];
      if (!one || !other) continue;
      context.report(subject, ['metadata', 'name'], {
        message: `Port ${target} of its pods is behind port ${String(one.port.number)} of Service \`${one.service.name}\` and port ${String(other.port.number)} of Service \`${other.service.name}\`: its sidecar takes the settings of one of them.`,
        part: 'value',
        related: [one, other].map(({ service, port }) => ({
          message: `Service ${service.name}`,
          object: service,
          path: port.path,
        })),
      });
    }
  },
};
