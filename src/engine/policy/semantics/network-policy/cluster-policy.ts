/** Policies for the whole cluster: ClusterNetworkPolicy, and the two kinds that were before it. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { PolicyDirection } from './network-policy.ts';

export const clusterPolicyKinds: readonly KindKey[] = [
  Kinds.clusterNetworkPolicy,
  Kinds.adminNetworkPolicy,
  Kinds.baselineAdminNetworkPolicy,
];

interface ClusterPolicyRule {
  readonly path: FieldPath;
  readonly name: string;
  readonly action: string;
  readonly peers: readonly unknown[];
  /** Empty: every port of every protocol. */
  readonly ports: readonly unknown[];
}

export interface ClusterPolicyView {
  readonly object: MeshObject;
  /** Policies of one tier are held against each other. */
  readonly tier: 'Admin' | 'Baseline';
  /** Lower numbers go first. */
  readonly priority: number | undefined;
  readonly subject: unknown;
  readonly rules: Readonly<Record<PolicyDirection, readonly ClusterPolicyRule[]>>;
}

export function readClusterPolicy(object: MeshObject): ClusterPolicyView {
  const { spec } = object;
  const kind = kindKey(object);
  const isBaseline =
    kind === Kinds.baselineAdminNetworkPolicy ||
    (kind === Kinds.clusterNetworkPolicy && fieldOf(spec, 'tier') === 'Baseline');
  return {
    object,
    tier: isBaseline ? 'Baseline' : 'Admin',
    priority: numberOf(fieldOf(spec, 'priority')),
    subject: fieldOf(spec, 'subject'),
    rules: { ingress: rulesOf(spec, 'ingress', 'from'), egress: rulesOf(spec, 'egress', 'to') },
  };
}

function rulesOf(spec: unknown, direction: PolicyDirection, peerKey: 'from' | 'to'): readonly ClusterPolicyRule[] {
  return listOf(fieldOf(spec, direction)).flatMap((rule, index) =>
    isRecord(rule)
      ? [
          {
            path: ['spec', direction, index],
            name: stringOf(rule.name) ?? `${direction}[${String(index)}]`,
            action: stringOf(rule.action) ?? '',
            peers: listOf(rule[peerKey]),
            ports: [...listOf(rule.protocols), ...listOf(rule.ports)],
          },
        ]
      : [],
  );
}

/** All that the second rule is for, the first decides already. False where that cannot be told. */
export function ruleCovers(first: ClusterPolicyRule, second: ClusterPolicyRule): boolean {
  // A rule that passes on decides for its whole tier.
  const covers = (wide: readonly unknown[], narrow: readonly unknown[]): boolean =>
    narrow.every((each) => wide.some((other) => peerCovers(other, each)));
  const isEveryPort = first.ports.length === 0;
  const samePorts =
    second.ports.length > 0 && second.ports.every((port) => first.ports.some((each) => isSame(each, port)));
  return second.peers.length > 0 && covers(first.peers, second.peers) && (isEveryPort || samePorts);
}

function peerCovers(wide: unknown, narrow: unknown): boolean {
  if (isSame(wide, narrow)) return true;
  // Every pod of every namespace.
  const isAll = isEmpty(fieldOf(wide, 'namespaces'));
  return isAll && (fieldOf(narrow, 'namespaces') !== undefined || fieldOf(narrow, 'pods') !== undefined);
}

const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;

/** The two subjects have pods in common, as far as can be told by their text. */
export function subjectsMeet(a: unknown, b: unknown): boolean {
  return peerCovers(a, b) || peerCovers(b, a);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
