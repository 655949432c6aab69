import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import { istioKinds } from '../../../schema/tables/istio/istio-kinds.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';

const reserved = [
  'internal.istio.io/webhook-always-reject',
  'internal.istio.io/parent-namespace',
  'internal.istio.io/parents',
];
const dryRun = 'istio.io/dry-run';
/** What Go's `strconv.ParseBool` reads. */
const flags = new Set(['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False']);

export const reservedAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH2269',
  rule: 'reserved-annotation',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'An annotation is kept for Istio itself, or asks for a dry run of what has none.',
  refusedBy: 'webhook',
  subject: istioKinds.map(({ group, kind }) => `${group}/${kind}`),
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const name of reserved.filter((each) => Object.hasOwn(subject.annotations, each))) {
      const message = `\`${name}\` is for Istio itself and may not be set.`;
      context.report(subject, ['metadata', 'annotations', name], { message, part: 'key' });
    }
    const problem = dryRunProblem(subject);
    if (problem === undefined) return;
    const part = problem.isAboutValue ? 'value' : 'key';
    context.report(subject, ['metadata', 'annotations', dryRun], { message: problem.message, part });
  },
};

function dryRunProblem(object: MeshObject): { readonly message: string; readonly isAboutValue?: boolean } | undefined {
  const value = Object.hasOwn(object.annotations, dryRun) ? object.annotations[dryRun] : undefined;
  if (value === undefined) return undefined;
  if (kindKey(object) !== Kinds.authorizationPolicy) {
    return { message: 'Only an AuthorizationPolicy has a dry run.' };
  }
  const action = stringOf(fieldOf(object.spec, 'action')) ?? 'ALLOW';
  if (action !== 'ALLOW' && action !== 'DENY') {
    return { message: `Only policies that allow or deny have a dry run, and this one is ${action}.` };
  }
  if (flags.has(value)) return undefined;
  return { message: 'The value is `"true"` or `"false"`.', isAboutValue: true };
}
