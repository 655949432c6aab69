import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';

/** Selectors of AuthorizationPolicies by namespace; one for a waypoint counts for all of its namespace. */
const policySelectors: Index<ReadonlyMap<string, readonly Labels[]>> = {
  inputs: [Kinds.authorizationPolicy],
  relevant: ({ spec }) => readPolicyTarget(spec),
  build: (objects) => {
    const byNamespace = new Map<string, Labels[]>();
    for (const { namespace, spec } of objects.ofKind(Kinds.authorizationPolicy)) {
      addToList(byNamespace, namespace, readPolicyTarget(spec).selector ?? {});
    }
    return byNamespace;
  },
};

export const uncoveredWorkload: ObjectCheck = {
  scope: 'object',
  code: 'MESH1930',
  rule: 'uncovered-workload',
  aliases: ['KIA1301'],
  severity: 'warning',
  isOptional: true,
  summary: 'No AuthorizationPolicy is for a workload of the mesh, so everybody may call it.',
  subject: podKinds,
  inputs: [policySelectors, namespaceDirectory],
  run(context) {
    const { subject, settings } = context;
    const workload = readWorkload(subject);
    if (!workload || !['sidecar', 'ambient'].includes(membershipIn(context, workload))) return;
    const selectors = context.index(policySelectors);
    const isCovered = [settings.rootNamespace, subject.namespace].some((namespace) =>
      selectors.get(namespace)?.some((selector) => selectorMatches(selector, workload.labels)),
    );
    if (isCovered) return;
    context.report(subject, ['metadata', 'name'], {
      message: `No AuthorizationPolicy is for \`${subject.name}\`: everybody may call it.`,
      part: 'value',
    });
  },
};
