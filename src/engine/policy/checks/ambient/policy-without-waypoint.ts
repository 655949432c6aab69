import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { isForAmbient, requestPart, requestPolicyKinds } from './request-policy.ts';
import { waypointUse } from './waypoint-use.ts';

export const policyWithoutWaypoint: ObjectCheck = {
  scope: 'object',
  code: 'MESH2101',
  rule: 'policy-without-waypoint',
  aliases: ['KIA0109', 'KIA1110', 'KIA1111', 'KIA1112', 'KIA1317'],
  severity: 'warning',
  summary: 'A policy is about requests, but no traffic of its ambient namespace goes through a waypoint.',
  subject: requestPolicyKinds,
  inputs: [namespaceDirectory, workloadDirectory, waypointUse],
  run(context) {
    const { subject } = context;
    const found = requestPart(subject);
    if (!found || !isForAmbient(context) || context.index(waypointUse).has(subject.namespace)) return;
    const effect =
      subject.kind === 'AuthorizationPolicy'
        ? 'ztunnel leaves ALLOW rules with it out and so refuses more than is meant'
        : 'ztunnel does not look at requests, so this does nothing';
    context.report(subject, found.path, {
      message: `${found.what} needs a waypoint, and namespace \`${subject.namespace}\` has none: ${effect}.`,
      part: found.part,
    });
  },
};
