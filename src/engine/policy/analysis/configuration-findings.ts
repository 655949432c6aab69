import { configurationKind } from '../../../shared/configuration-file.ts';
import { didYouMean, nearestNames } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import { fieldOf, isRecord, listOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { configurationWithoutEffect } from '../checks/engine/configuration-without-effect.ts';
import { leavesFolder } from '../configuration/path-patterns.ts';
import type { Finding } from './finding.ts';
import { ruleNames } from './rule-settings.ts';

export function isConfiguration({ apiVersion, kind }: Pick<MeshObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion === configurationKind.apiVersion && kind === configurationKind.kind;
}

/** What a configuration says in vain: levels of rules that do not exist, and paths outside of its folder. */
export function configurationFindings(object: MeshObject): readonly Finding[] {
  const overrides = listOf(object.rest?.overrides);
  return [
    ...namesIn(object, ['rules'], object.rest?.rules),
    ...pathsIn(object, ['ignore'], object.rest?.ignore),
    ...overrides.flatMap((override, index) => [
      ...namesIn(object, ['overrides', index, 'rules'], fieldOf(override, 'rules')),
      ...pathsIn(object, ['overrides', index, 'paths'], fieldOf(override, 'paths')),
    ]),
  ];
}

function namesIn(object: MeshObject, path: FieldPath, levels: unknown): readonly Finding[] {
  if (!isRecord(levels)) return [];
  const known = ruleNames();
  return Object.keys(levels)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearestNames(name, known);
      const place = [...path, name];
      return {
        ...common(object),
        path: place,
        part: 'key',
        message: `There is no rule \`${name.slice(0, 100)}\`.${didYouMean(near)}`,
        fixes: near.map((key, index) => ({
          title: `Rename to \`${key}\``,
          isPreferred: index === 0,
          changes: [{ type: 'rename-key', object, path: place, key }],
        })),
      };
    });
}

function pathsIn(object: MeshObject, path: FieldPath, patterns: unknown): readonly Finding[] {
  return listOf(patterns).flatMap((pattern, index): readonly Finding[] => {
    if (typeof pattern !== 'string' || !leavesFolder(pattern)) return [];
    const message = 'This path matches nothing: paths are relative to the folder of this file, and stay in it.';
    return [{ ...common(object), path: [...path, index], part: 'value', message, fixes: [] }];
  });
}

function common(object: MeshObject): Pick<Finding, 'rule' | 'severity' | 'object' | 'related'> {
  const rule = configurationWithoutEffect;
  return { rule, severity: rule.severity, object, related: [] };
}
