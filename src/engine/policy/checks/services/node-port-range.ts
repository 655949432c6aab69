import { fieldOf, listOf, numberOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

const [first, last] = [30_000, 32_767];

export const nodePortRange: ObjectCheck = {
  scope: 'object',
  code: 'MESH2010',
  rule: 'node-port-range',
  aliases: [],
  severity: 'hint',
  summary: 'A Service asks for a port of nodes outside of the range that clusters have unless it is configured.',
  subject: Kinds.service,
  inputs: [],
  run(context) {
    const { subject } = context;
    const type = fieldOf(subject.spec, 'type');
    if (type !== 'NodePort' && type !== 'LoadBalancer') return;
    for (const [index, port] of listOf(fieldOf(subject.spec, 'ports')).entries()) {
      const number = numberOf(fieldOf(port, 'nodePort'));
      // Zero is none: the server picks one.
      if (number === undefined || number <= 0 || (number >= first && number <= last)) continue;
      context.report(subject, ['spec', 'ports', index, 'nodePort'], {
        message: `Unless the API server runs with another \`--service-node-port-range\`, it refuses ports outside of ${String(first)}–${String(last)}.`,
        part: 'value',
      });
    }
  },
};
