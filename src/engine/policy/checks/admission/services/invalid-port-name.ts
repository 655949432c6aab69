import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isDnsLabel } from '../formats/host-names.ts';
import { sitesIn, textsIn } from '../sites.ts';

export const invalidPortName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2234',
  rule: 'invalid-port-name',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'The name of a port has characters that it cannot have.',
  refusedBy: 'webhook',
  subject: [Kinds.serviceEntry, Kinds.workloadEntry, Kinds.sidecar, Kinds.gateway],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isEntry = kindKey(subject) === Kinds.serviceEntry;
    const named = textsIn(subject, ...(isEntry ? ['ports[].name'] : ['ingress[].port.name', 'egress[].port.name']));
    const keyed = sitesIn(subject, ...(isEntry ? ['endpoints[].ports{}'] : ['ports{}']));
    for (const { path, value } of named) {
      // A Sidecar may leave its ports without names.
      if (isDnsLabel(value) || (value === '' && !isEntry)) continue;
      context.report(subject, path, { message: explain(value), part: 'value' });
    }
    for (const { path, value } of textsIn(subject, 'servers[].port.name')) {
      if (value === '') context.report(subject, path, { message: 'A port of a Gateway needs a name.', part: 'key' });
    }
    for (const { path, key } of keyed) {
      if (!isDnsLabel(key)) context.report(subject, path, { message: explain(key), part: 'key' });
    }
  },
};

function explain(name: string): string {
  return `\`${name}\` cannot be the name of a port: letters, digits and \`-\`, with a letter or digit at both ends, at most 63.`;
}
