import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { exportToOf } from '../../semantics/export-to.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

/** Rules that Istio joins to one: same namespace, host, audience and selector. */
function groupOfRule(object: MeshObject, settings: ResolvedMeshSettings): string | undefined {
  const host = stringOf(fieldOf(object.spec, 'host'));
  if (!host) return undefined;
  const exportTo = exportToOf(object, settings, 'defaultDestinationRuleExportTo');
  const selector = textsOf(fieldOf(fieldOf(object.spec, 'workloadSelector'), 'matchLabels'));
  return JSON.stringify([
    object.namespace,
    resolveHost(host, object.namespace, settings),
    [...exportTo].sort(),
    Object.entries(selector).sort(),
  ]);
}

const rulesByGroup: Index<ReadonlyMap<string, readonly MeshObject[]>> = {
  inputs: [Kinds.destinationRule],
  relevant: (object, settings) => [
    groupOfRule(object, settings),
    subsetsOf(object).map(({ name }) => name),
    hasPolicy(object),
  ],
  build: (objects, settings) =>
    groupBy(objects.ofKind(Kinds.destinationRule), (object) => {
      const group = groupOfRule(object, settings);
      return group === undefined ? [] : [group];
    }),
};

const hasPolicy = ({ spec }: MeshObject): boolean => isRecord(fieldOf(spec, 'trafficPolicy'));

export const competingDestinationRules: ObjectCheck = {
  scope: 'object',
  code: 'MESH1403',
  rule: 'competing-destination-rules',
  aliases: ['KIA0201'],
  severity: 'warning',
  summary: 'Two DestinationRules of one host define the same subset or both a traffic policy; the older wins.',
  subject: Kinds.destinationRule,
  inputs: [rulesByGroup],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    const group = groupOfRule(subject, settings);
    const rivals = (group === undefined ? [] : (context.index(rulesByGroup).get(group) ?? [])).filter(
      // Another version of the same object, in another file, is no rival.
      (other) => other.name !== subject.name && context.hasKnownNamespace(other) === isNamespaceKnown,
    );
    if (rivals.length === 0) return;
    for (const { name, path } of subsetsOf(subject)) {
      const same = rivals.flatMap((object) =>
        subsetsOf(object)
          .filter((subset) => subset.name === name)
          .map((subset) => ({ object, path: [...subset.path, 'name'] })),
      );
      report(context, [...path, 'name'], 'value', `Subset \`${name}\` of this host`, same);
    }
    if (!hasPolicy(subject)) return;
    const policies = rivals.filter(hasPolicy).map((object) => ({ object, path: ['spec', 'trafficPolicy'] }));
    report(context, ['spec', 'trafficPolicy'], 'key', 'A traffic policy for this host', policies);
  },
};

function report(
  context: CheckContext,
  path: FieldPath,
  part: 'key' | 'value',
  what: string,
  others: readonly { readonly object: MeshObject; readonly path: FieldPath }[],
): void {
  if (others.length === 0) return;
  const names = [...new Set(others.map(({ object }) => `\`${object.name}\``))].join(', ');
  context.report(context.subject, path, {
    message: `${what} is also in DestinationRule ${names}. Istio joins the two rules and takes that of the older.`,
    part,
    related: others.slice(0, 10).map((other) => ({ message: `DestinationRule ${other.object.name}`, ...other })),
  });
}
