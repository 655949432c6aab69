import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { reportEmptySelector, selectsNothing } from '../directories/empty-selector.ts';
import { selectingKinds, selectorOf } from '../directories/selector-of.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

/** Kinds whose selector, in the root namespace, is for workloads of every namespace. */
const meshWide: ReadonlySet<KindKey> = new Set([Kinds.envoyFilter, Kinds.wasmPlugin, Kinds.proxyConfig]);

export const selectorSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH1209',
  rule: 'selector-selects-nothing',
  aliases: ['IST0101', 'KIA0004'],
  severity: 'warning',
  summary: 'No workload has the labels that an object selects, so it does nothing.',
  subject: selectingKinds,
  inputs: [workloadDirectory],
  run(context) {
    const { subject, settings } = context;
    const selector = selectorOf(subject);
    if (!selector) return;
    const directory = context.index(workloadDirectory);
    const isMeshWide = meshWide.has(kindKey(subject)) && subject.namespace === settings.rootNamespace;
    if (!selectsNothing(context, directory, selector, { isMeshWide })) return;
    const consequence =
      subject.kind === 'ServiceEntry' ? 'so this host has no endpoints' : `so this ${subject.kind} is for nobody`;
    reportEmptySelector(context, directory, selector, { isMeshWide, consequence });
  },
};
