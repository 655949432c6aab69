import { fieldOf, isRecord, listOf, textsOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { reportNamespaceRivals, wholeNamespaceIndex } from '../whole-namespace.ts';

/** For all workloads of its namespace: no labels, and no target of the Gateway API. */
const isWhole = ({ spec }: MeshObject): boolean =>
  Object.keys(textsOf(fieldOf(fieldOf(spec, 'selector'), 'matchLabels'))).length === 0 &&
  !isRecord(fieldOf(spec, 'targetRef')) &&
  listOf(fieldOf(spec, 'targetRefs')).length === 0;

const wholeNamespace = wholeNamespaceIndex(Kinds.telemetry, isWhole);

export const telemetriesWithoutSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH1802',
  rule: 'telemetries-without-selector',
  aliases: ['IST0160'],
  severity: 'error',
  summary: 'A namespace has several Telemetry objects for all of its workloads; only the oldest counts.',
  subject: Kinds.telemetry,
  inputs: [wholeNamespace],
  run(context) {
    if (isWhole(context.subject)) reportNamespaceRivals(context, context.index(wholeNamespace));
  },
};
