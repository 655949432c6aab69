import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';

export const statefulSetService: ObjectCheck = {
  scope: 'object',
  code: 'MESH2057',
  rule: 'stateful-set-service',
  aliases: [],
  severity: 'warning',
  summary: 'A StatefulSet names a Service that does not exist, so its pods have no names of their own in DNS.',
  subject: Kinds.statefulSet,
  inputs: [serviceDirectory],
  run(context) {
    const { subject } = context;
    const name = stringOf(fieldOf(subject.spec, 'serviceName'));
    const workload = readWorkload(subject);
    if (!name || !workload) return;
    const directory = context.index(serviceDirectory);
    const names = directory.namesIn(subject.namespace);
    if (names.includes(name)) return;
    const headless = names.filter((each) =>
      directory
        .named(each)
        .some(
          ({ namespace, headless: isHeadless, selector }) =>
            namespace === subject.namespace &&
            isHeadless &&
            Object.keys(selector).length > 0 &&
            Object.entries(selector).every(([key, value]) => workload.labels[key] === value),
        ),
    );
    const near = headless.length > 0 ? headless : misspellingsOf(name, names);
    // It may be declared elsewhere, unless one that is here was meant.
    if (near.length === 0 && !directory.isComplete) return;
    context.report(subject, ['spec', 'serviceName'], {
      message: `No Service \`${name}\` in namespace \`${subject.namespace}\`, so names such as \`${subject.name}-0.${name}\` cannot be looked up.${didYouMean(near)}`,
      part: 'value',
      fixes: near.map((value, index) => ({
        title: `Replace with \`${value}\``,
        isPreferred: index === 0,
        changes: [{ type: 'replace-value', object: subject, path: ['spec', 'serviceName'], value }],
      })),
    });
  },
};
