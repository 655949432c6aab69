import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { annotationProblem, knownAnnotations } from './annotation-values.ts';

const domains: readonly string[] = [...new Set(knownAnnotations.map((key) => key.slice(0, key.indexOf('/'))))];

export const linkerdAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH4016',
  rule: 'linkerd-annotation',
  aliases: [],
  severity: 'warning',
  summary: 'An annotation of Linkerd is misspelt, or has a value that Linkerd cannot read, so it does nothing.',
  subject: [Kinds.namespace, Kinds.service, Kinds.httpRoute, Kinds.grpcRoute, Kinds.linkerdHttpRoute, ...podKinds],
  inputs: [],
  run(context) {
    const { subject } = context;
    check(context, ['metadata', 'annotations'], subject.annotations);
    const template = podTemplatePath(kindKey(subject)) ?? [];
    if (template.length === 0) return;
    const path = [...template, 'metadata', 'annotations'];
    check(context, path, textsOf(valueAt(subject, path)) ?? {});
  },
};

function check(context: CheckContext, path: FieldPath, annotations: Labels): void {
  const { subject } = context;
  for (const [key, value] of Object.entries(annotations)) {
    if (!/(?:^|\.)linkerd\.io\//.test(key)) continue;
    const at = [...path, key];
    if (!knownAnnotations.includes(key)) {
      const near = meantBy(key).filter((name) => !Object.hasOwn(annotations, name));
      if (near.length === 0) continue;
      context.report(subject, at, {
        message: `Linkerd reads no annotation \`${key}\`.${didYouMean(near)}`,
        part: 'key',
        fixes: near.map((name, index) => ({
          title: `Rename to \`${name}\``,
          isPreferred: index === 0,
          changes: [{ type: 'rename-key', object: subject, path: at, key: name }],
        })),
      });
      continue;
    }
    const problem = annotationProblem(key, value, annotations);
    if (!problem) continue;
    const near = nearestNames(value, problem.values ?? []);
    context.report(subject, at, {
      message: `${problem.message}${didYouMean(near)}`,
      part: problem.isOfKey === true ? 'key' : 'value',
      fixes: replacements(subject, at, near),
    });
  }
}

/** Known annotations of which this is the slip of a finger. Linkerd has more of them than are known here. */
function meantBy(key: string): readonly string[] {
  const slash = key.indexOf('/');
  const [domain, name] = [key.slice(0, slash), key.slice(slash + 1)];
  if (domain === 'linkerd.io' && /^inject(?:s|ed|ion|or)$/.test(name)) return ['linkerd.io/inject'];
  const [meant] = domains.includes(domain) ? [domain] : misspellingsOf(domain, domains);
  if (meant === undefined) return [];
  const names = knownAnnotations
    .filter((each) => each.startsWith(`${meant}/`))
    .map((each) => each.slice(meant.length + 1));
  const near = names.includes(name) ? [name] : misspellingsOf(name, names);
  return near.map((each) => `${meant}/${each}`);
}
