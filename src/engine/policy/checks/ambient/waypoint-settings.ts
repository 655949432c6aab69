import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

const waypointFor = 'istio.io/waypoint-for';
const traffic = ['service', 'workload', 'all', 'none'];

export const waypointSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2111',
  rule: 'waypoint-settings',
  aliases: [],
  severity: 'warning',
  summary: 'A waypoint has no listener that Istio accepts, or is for traffic of an unknown kind.',
  subject: Kinds.kubernetesGateway,
  inputs: [],
  run(context) {
    const { subject } = context;
    const value = subject.labels[waypointFor];
    if (value !== undefined && !traffic.includes(value)) {
      const path = ['metadata', 'labels', waypointFor];
      const near = nearestNames(value, traffic);
      context.report(subject, path, {
        message: `\`${waypointFor}\` is \`service\`, \`workload\`, \`all\` or \`none\`; \`${value}\` is none of them.${didYouMean(near)}`,
        part: 'value',
        fixes: replacements(subject, path, near),
      });
    }
    const listeners = listOf(fieldOf(subject.spec, 'listeners'));
    if (fieldOf(subject.spec, 'gatewayClassName') !== 'istio-waypoint' || listeners.length === 0) return;
    const isAccepted = (listener: unknown): boolean =>
      fieldOf(listener, 'protocol') === 'HBONE' && fieldOf(listener, 'port') === 15_008;
    if (listeners.some(isAccepted)) return;
    context.report(subject, ['spec', 'listeners'], {
      message: 'Istio accepts one listener of a waypoint only: on port 15008, with protocol `HBONE`.',
      part: 'key',
    });
  },
};
