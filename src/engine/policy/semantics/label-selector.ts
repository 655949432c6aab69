/** Label selectors as Kubernetes reads them: `matchLabels` and `matchExpressions`, all of which must hold. */
import { fieldOf, isRecord, listOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import type { Labels } from '../../model/mesh-object.ts';

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export interface LabelSelector {
  /** Empty: it selects everything. */
  readonly requirements: readonly Requirement[];
}

const operators: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** Undefined where the value is no selector, or says something that no selector can say. */
export function readLabelSelector(value: unknown): LabelSelector | undefined {
  if (!isRecord(value)) return undefined;
  const labels = textsOf(value.matchLabels);
  if (isRecord(value.matchLabels) && Object.keys(value.matchLabels).length !== Object.keys(labels).length) {
    return undefined;
  }
  const requirements: Requirement[] = Object.entries(labels).map(([key, text]) => ({
    key,
    operator: 'In',
    values: [text],
  }));
  for (const entry of listOf(value.matchExpressions)) {
    const key = stringOf(fieldOf(entry, 'key'));
    const operator = stringOf(fieldOf(entry, 'operator'));
    if (key === undefined || operator === undefined || !operators.has(operator)) return undefined;
    const values = listOf(fieldOf(entry, 'values')).filter((each) => typeof each === 'string');
    requirements.push({ key, operator: operator as Operator, values });
  }
  return { requirements };
}

/** `NotIn` and `DoesNotExist` hold of what lacks the key; `In` needs it. */
export function labelSelectorMatches(selector: LabelSelector, labels: Labels): boolean {
  return selector.requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}

/** The labels that all it selects have. */
export function soleLabels({ requirements }: LabelSelector): Labels {
  return Object.fromEntries(
    requirements.flatMap(({ key, operator, values }) => {
      const [value] = values;
      return operator === 'In' && values.length === 1 && value !== undefined ? [[key, value] as const] : [];
    }),
  );
}

/** How people read it: `app=web, tier in (a, b)`. */
export function labelSelectorText(selector: LabelSelector): string {
  return selector.requirements
    .map(({ key, operator, values }) => {
      switch (operator) {
        case 'In':
          return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(', ')})`;
        case 'NotIn':
          return `${key} not in (${values.join(', ')})`;
        case 'Exists':
          return key;
        case 'DoesNotExist':
          return `no ${key}`;
      }
    })
    .join(', ');
}
