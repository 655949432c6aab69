import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { perObject } from '../per-object.ts';

/** One value of one condition of an AuthorizationPolicy. */
export interface ConditionValue {
  /** `principals`, `notPorts`, …; of `when` its key, `source.ip`. */
  readonly key: string;
  readonly part: 'source' | 'operation' | 'when';
  readonly isNegative: boolean;
  readonly value: string;
  readonly path: FieldPath;
  /** Path of the list the value is in. */
  readonly list: FieldPath;
}

/** Every value of every rule, as it stands. */
export const conditionValues = perObject((object: MeshObject): readonly ConditionValue[] =>
  listOf(fieldOf(object.spec, 'rules')).flatMap((rule, index) => {
    const path = ['spec', 'rules', index];
    return [
      ...partValues(rule, path, 'from', 'source'),
      ...partValues(rule, path, 'to', 'operation'),
      ...listOf(fieldOf(rule, 'when')).flatMap((condition, at) => whenValues(condition, [...path, 'when', at])),
    ];
  }),
);

function partValues(
  rule: unknown,
  path: FieldPath,
  list: 'from' | 'to',
  part: 'source' | 'operation',
): readonly ConditionValue[] {
  return listOf(fieldOf(rule, list)).flatMap((entry, at) => {
    const fields = fieldOf(entry, part);
    const keys = typeof fields === 'object' && fields !== null ? Object.keys(fields) : [];
    return keys.flatMap((key) =>
      valuesOf(fieldOf(fields, key), [...path, list, at, part, key], { key, part, isNegative: key.startsWith('not') }),
    );
  });
}

function whenValues(condition: unknown, path: FieldPath): readonly ConditionValue[] {
  const key = stringOf(fieldOf(condition, 'key'));
  if (key === undefined) return [];
  return [
    ...valuesOf(fieldOf(condition, 'values'), [...path, 'values'], { key, part: 'when', isNegative: false }),
    ...valuesOf(fieldOf(condition, 'notValues'), [...path, 'notValues'], { key, part: 'when', isNegative: true }),
  ];
}

function valuesOf(
  list: unknown,
  path: FieldPath,
  common: Pick<ConditionValue, 'key' | 'part' | 'isNegative'>,
): readonly ConditionValue[] {
  return listOf(list).flatMap((value, index) =>
    typeof value === 'string' ? [{ ...common, value, path: [...path, index], list: path }] : [],
  );
}

/** Values that are compared with the identity of the caller, `trust-domain/ns/namespace/sa/name`. */
export function principalsOf(object: MeshObject): readonly ConditionValue[] {
  return conditionValues(object).filter(
    ({ key, part }) =>
      (part === 'source' && (key === 'principals' || key === 'notPrincipals')) ||
      (part === 'when' && key === 'source.principal'),
  );
}

/** Values that are compared with issuer and subject of a token, `issuer/subject`. */
export function requestPrincipalsOf(object: MeshObject): readonly ConditionValue[] {
  return conditionValues(object).filter(
    ({ key, part }) =>
      (part === 'source' && (key === 'requestPrincipals' || key === 'notRequestPrincipals')) ||
      (part === 'when' && key === 'request.auth.principal'),
  );
}

export interface ParsedPrincipal {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly account: string;
}

/** Undefined for patterns, and for identities of another form. */
export function parsePrincipal(text: string): ParsedPrincipal | undefined {
  const [, trustDomain, namespace, account] = /^([^/*]+)\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(text) ?? [];
  return trustDomain === undefined || namespace === undefined || account === undefined
    ? undefined
    : { trustDomain, namespace, account };
}
