import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { isForAmbient, requestPart, requestPolicyKinds } from './request-policy.ts';
import { waypointUse } from './waypoint-use.ts';

export const policyWithoutTarget: ObjectCheck = {
  scope: 'object',
  code: 'MESH2102',
  rule: 'policy-without-target',
  aliases: ['KIA0110', 'KIA1115', 'KIA1116', 'KIA1117'],
  severity: 'warning',
  summary: 'A policy is about requests of an ambient namespace and has no `targetRefs`, so no waypoint follows it.',
  subject: requestPolicyKinds,
  inputs: [namespaceDirectory, workloadDirectory, waypointUse],
  run(context) {
    const { subject } = context;
    const found = requestPart(subject);
    if (!found || !isForAmbient(context) || !context.index(waypointUse).has(subject.namespace)) return;
    context.report(subject, found.path, {
      message: `${found.what} is for a waypoint, which follows only policies that name it, or a service behind it, in \`targetRefs\`.`,
      part: found.part,
    });
  },
};
