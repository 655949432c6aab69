import { fieldOf, textsOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { reportNamespaceRivals, wholeNamespaceIndex } from '../whole-namespace.ts';

const isWhole = ({ spec }: MeshObject): boolean =>
  Object.keys(textsOf(fieldOf(fieldOf(spec, 'workloadSelector'), 'labels'))).length === 0;

const wholeNamespace = wholeNamespaceIndex(Kinds.sidecar, isWhole);

export const sidecarsWithoutSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH1601',
  rule: 'sidecars-without-selector',
  aliases: ['IST0111', 'KIA0002'],
  severity: 'error',
  summary: 'A namespace has several Sidecars for all of its workloads; only the oldest counts.',
  subject: Kinds.sidecar,
  inputs: [wholeNamespace],
  run(context) {
    if (isWhole(context.subject)) reportNamespaceRivals(context, context.index(wholeNamespace));
  },
};
