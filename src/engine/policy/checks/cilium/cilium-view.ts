/** Policies of Cilium in one form, with the paths of their fields. */
import type { FieldPath } from '../../../../shared/text.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import { perObject } from '../per-object.ts';

export const ciliumPolicyKinds: readonly KindKey[] = [Kinds.ciliumNetworkPolicy, Kinds.ciliumClusterwideNetworkPolicy];

type CiliumDirection = 'ingress' | 'egress';

export interface CiliumRule {
  readonly direction: CiliumDirection;
  readonly isDeny: boolean;
  readonly path: FieldPath;
  readonly value: UntrustedRecord;
  /** Fields that say who is meant, of those that are not empty. */
  readonly peers: readonly string[];
}

export interface CiliumSpec {
  readonly path: FieldPath;
  readonly value: UntrustedRecord;
  readonly rules: readonly CiliumRule[];
}

const peerFields: Readonly<Record<CiliumDirection, readonly string[]>> = {
  ingress: ['fromEndpoints', 'fromCIDR', 'fromCIDRSet', 'fromEntities', 'fromGroups', 'fromNodes'],
  egress: ['toEndpoints', 'toCIDR', 'toCIDRSet', 'toEntities', 'toServices', 'toFQDNs', 'toGroups', 'toNodes'],
};

/** The `spec` of a policy, and those in `specs`. */
export const ciliumSpecsOf = perObject((object: MeshObject): readonly CiliumSpec[] => {
  const several = listOf(fieldOf(object.rest, 'specs')).map((value, index) => ({ value, path: ['specs', index] }));
  return [{ value: object.spec, path: ['spec'] }, ...several].flatMap(({ value, path }) =>
    isRecord(value) ? [{ path, value, rules: rulesOf(value, path) }] : [],
  );
});

function rulesOf(spec: UntrustedRecord, path: FieldPath): readonly CiliumRule[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    [false, true].flatMap((isDeny) => {
      const key = isDeny ? `${direction}Deny` : direction;
      return listOf(spec[key]).flatMap((value, index) =>
        isRecord(value)
          ? [
              {
                direction,
                isDeny,
                path: [...path, key, index],
                value,
                peers: peerFields[direction].filter((field) => listOf(value[field]).length > 0),
              },
            ]
          : [],
      );
    }),
  );
}

interface CiliumHttpRule {
  readonly path: FieldPath;
  readonly value: unknown;
}

/** What a policy says of HTTP, of every port of every rule. */
export function ciliumHttpRulesOf(object: MeshObject): readonly CiliumHttpRule[] {
  return ciliumSpecsOf(object).flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      listOf(rule.value.toPorts).flatMap((entry, index) =>
        listOf(fieldOf(fieldOf(entry, 'rules'), 'http')).map((value, number) => ({
          path: [...rule.path, 'toPorts', index, 'rules', 'http', number],
          value,
        })),
      ),
    ),
  );
}

/**
 * A selector with the names that labels have on pods. Undefined where it goes by labels of Cilium's own (`reserved:`,
 * `io.kubernetes.pod.namespace`), which stand on no template.
 */
export function plainLabelSelector({ requirements }: LabelSelector): LabelSelector | undefined {
  if (requirements.some(({ key }) => /^(?!k8s:)[\w-]+:|io\.kubernetes|io\.cilium/.test(key))) return undefined;
  return { requirements: requirements.map((each) => ({ ...each, key: each.key.replace(/^k8s:/, '') })) };
}
