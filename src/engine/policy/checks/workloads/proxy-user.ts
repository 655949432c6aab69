import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, valueAt } from '../../../../shared/untrusted.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';

/** User that the sidecar runs as; what that user sends is not redirected to it. */
const proxyUser = 1337;

export const proxyUserCheck: ObjectCheck = {
  scope: 'object',
  code: 'MESH1909',
  rule: 'proxy-user',
  aliases: ['IST0144'],
  severity: 'warning',
  summary: 'An application runs as user 1337, which is the sidecar’s: its traffic goes past the sidecar.',
  subject: podKinds,
  inputs: [namespaceDirectory],
  run(context) {
    const workload = readWorkload(context.subject);
    if (!workload) return;
    const applications = workload.containers.filter(({ name }) => name !== 'istio-proxy');
    const places: FieldPath[] = applications.map(({ path }) => path);
    // A container's own user counts before that of the pod.
    const isLeftToPod = applications.some(
      ({ path }) => valueAt(context.subject, [...path, 'securityContext', 'runAsUser']) === undefined,
    );
    if (isLeftToPod) places.push([...workload.template, 'spec']);
    const wrong = places
      .map((path) => [...path, 'securityContext', 'runAsUser'])
      .filter((path) => fieldOf(valueAt(context.subject, path.slice(0, -1)), 'runAsUser') === proxyUser);
    if (wrong.length === 0 || !['sidecar', 'unknown'].includes(membershipIn(context, workload))) return;
    for (const path of wrong) {
      context.report(context.subject, path, {
        message:
          'User 1337 is that of Istio’s sidecar: what the application sends as this user is not redirected to it.',
        part: 'value',
      });
    }
  },
};
