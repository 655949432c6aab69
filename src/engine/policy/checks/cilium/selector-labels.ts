/** Labels that selectors of Cilium's policies ask endpoints for. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { perObject } from '../per-object.ts';
import { ciliumSpecsOf } from './cilium-view.ts';

export interface SelectorLabel {
  /** Without its source. */
  readonly key: string;
  /** What stands before the key: `k8s:`, `any:` or nothing. */
  readonly source: string;
  /** Of the key in `matchLabels`, or of `key` in `matchExpressions`. */
  readonly path: FieldPath;
  readonly form: 'label' | 'expression';
  /** Values that are asked for; empty for one that must only be there, or not. */
  readonly values: readonly string[];
  /** The selector says what the policy is for; otherwise, who may call or be called. */
  readonly isSubject: boolean;
}

/** Not those of nodes and Services, whose labels are not of endpoints. */
export const selectorLabelsOf = perObject((object: MeshObject): readonly SelectorLabel[] =>
  ciliumSpecsOf(object).flatMap(({ path, value, rules }) => [
    ...labelsIn(value.endpointSelector, [...path, 'endpointSelector'], true),
    ...rules.flatMap((rule) =>
      ['fromEndpoints', 'fromRequires', 'toEndpoints', 'toRequires'].flatMap((field) =>
        listOf(rule.value[field]).flatMap((peer, index) => labelsIn(peer, [...rule.path, field, index], false)),
      ),
    ),
  ]),
);

function labelsIn(selector: unknown, path: FieldPath, isSubject: boolean): readonly SelectorLabel[] {
  const labels = fieldOf(selector, 'matchLabels');
  const ofLabels = Object.entries(isRecord(labels) ? labels : {}).flatMap(([written, value]) =>
    readLabel(written, {
      path: [...path, 'matchLabels', written],
      form: 'label',
      values: typeof value === 'string' ? [value] : [],
      isSubject,
    }),
  );
  const ofExpressions = listOf(fieldOf(selector, 'matchExpressions')).flatMap((expression, index) => {
    const isWanted = fieldOf(expression, 'operator') === 'In';
    return readLabel(stringOf(fieldOf(expression, 'key')) ?? '', {
      path: [...path, 'matchExpressions', index, 'key'],
      form: 'expression',
      values: isWanted ? listOf(fieldOf(expression, 'values')).filter((each) => typeof each === 'string') : [],
      isSubject,
    });
  });
  return [...ofLabels, ...ofExpressions];
}

/** None for labels of other sources, such as `reserved:host`. */
function readLabel(written: string, rest: Omit<SelectorLabel, 'key' | 'source'>): readonly SelectorLabel[] {
  const [, source = '', key = ''] = /^(k8s:|any:)?([^:]+)$/.exec(written) ?? [];
  return key === '' ? [] : [{ ...rest, key, source }];
}
