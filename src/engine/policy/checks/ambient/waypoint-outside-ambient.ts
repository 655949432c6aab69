import { useWaypoint, wishedWaypoint } from '../../semantics/waypoints.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';

export const waypointOutsideAmbient: ObjectCheck = {
  scope: 'object',
  code: 'MESH2108',
  rule: 'waypoint-outside-ambient',
  aliases: ['KIA1312'],
  severity: 'warning',
  summary: 'A pod names a waypoint but is not in the ambient mesh.',
  subject: podKinds,
  inputs: [namespaceDirectory],
  run(context) {
    const { subject } = context;
    const workload = readWorkload(subject);
    const wish = workload && wishedWaypoint(workload.labels, subject.namespace);
    if (!workload || wish === undefined || wish === 'none') return;
    const membership = membershipIn(context, workload);
    if (membership === 'ambient' || membership === 'unknown') return;
    const why = membership === 'sidecar' ? 'has a sidecar' : 'is not in the mesh';
    context.report(subject, [...workload.template, 'metadata', 'labels', useWaypoint], {
      message: `\`${subject.name}\` ${why}, so its traffic does not go through the waypoint. The label \`istio.io/dataplane-mode: ambient\` puts it into ambient mode.`,
      part: 'key',
    });
  },
};
