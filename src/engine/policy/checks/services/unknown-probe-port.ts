import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export const unknownProbePort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2059',
  rule: 'unknown-probe-port',
  aliases: [],
  severity: 'error',
  summary: 'A probe names a port that its container does not declare, so it always fails.',
  subject: podKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path } of readWorkload(subject)?.containers ?? []) {
      const container = valueAt(subject, path);
      const names = listOf(fieldOf(container, 'ports')).flatMap((port) => stringOf(fieldOf(port, 'name')) ?? []);
      for (const probe of probes) {
        for (const how of ['httpGet', 'tcpSocket']) {
          const place = [...path, probe, how, 'port'];
          const written = valueAt(subject, place);
          // Digits in quotes are a number to the kubelet.
          if (typeof written !== 'string' || /^\d+$/.test(written) || names.includes(written)) continue;
          const near = nearestNames(written, names);
          context.report(subject, place, {
            message: `This container has no port named \`${written}\`, so the probe always fails.${didYouMean(near)}`,
            part: 'value',
            fixes: near.map((value, index) => ({
              title: `Replace with \`${value}\``,
              isPreferred: index === 0,
              changes: [{ type: 'replace-value', object: subject, path: place, value }],
            })),
          });
        }
      }
    }
  },
};
