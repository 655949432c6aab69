/** NetworkPolicies of Kubernetes in one form, with the paths of their fields. What cannot be read is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { LabelSelector } from '../label-selector.ts';
import { readLabelSelector } from '../label-selector.ts';

export type PolicyDirection = 'ingress' | 'egress';

export interface PolicyPeer {
  readonly path: FieldPath;
  /** Of pods in the selected namespaces, or in the policy's own where none are selected. */
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
}

export interface PolicyPort {
  readonly path: FieldPath;
  /** A name is that of a port of the pod that is reached. Absent: every port of the protocol. */
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol: string;
}

export interface PolicyRule {
  readonly path: FieldPath;
  readonly direction: PolicyDirection;
  /** Empty: anybody. */
  readonly peers: readonly PolicyPeer[];
  /** Empty: every port. */
  readonly ports: readonly PolicyPort[];
}

export interface NetworkPolicyView {
  readonly object: MeshObject;
  /** Undefined where it cannot be read. */
  readonly selector: LabelSelector | undefined;
  /** Directions in which the selected pods are cut off from what no policy allows. */
  readonly isolates: ReadonlySet<PolicyDirection>;
  /** `policyTypes` is written. */
  readonly hasTypes: boolean;
  readonly rules: readonly PolicyRule[];
}

export function readNetworkPolicy(object: MeshObject): NetworkPolicyView {
  const { spec } = object;
  const types = listOf(fieldOf(spec, 'policyTypes'));
  const isolates = new Set<PolicyDirection>();
  if (types.length === 0 || types.includes('Ingress')) isolates.add('ingress');
  if (types.includes('Egress') || (types.length === 0 && listOf(fieldOf(spec, 'egress')).length > 0)) {
    isolates.add('egress');
  }
  return {
    object,
    // What a policy without a selector is for is every pod.
    selector: readLabelSelector(fieldOf(spec, 'podSelector') ?? {}),
    isolates,
    hasTypes: types.length > 0,
    rules: [...rulesOf(spec, 'ingress', 'from'), ...rulesOf(spec, 'egress', 'to')],
  };
}

function rulesOf(spec: unknown, direction: PolicyDirection, peerKey: 'from' | 'to'): readonly PolicyRule[] {
  return listOf(fieldOf(spec, direction)).flatMap((rule, index) => {
    if (!isRecord(rule)) return [];
    const path = ['spec', direction, index];
    return [
      {
        path,
        direction,
        peers: listOf(rule[peerKey]).flatMap((peer, number) => readPeer(peer, [...path, peerKey, number])),
        ports: listOf(rule.ports).flatMap((port, number) => readPort(port, [...path, 'ports', number])),
      },
    ];
  });
}

function readPeer(value: unknown, path: FieldPath): readonly PolicyPeer[] {
  if (!isRecord(value)) return [];
  const podSelector = readLabelSelector(value.podSelector);
  const namespaceSelector = readLabelSelector(value.namespaceSelector);
  const cidr = stringOf(fieldOf(value.ipBlock, 'cidr'));
  const except = listOf(fieldOf(value.ipBlock, 'except')).map((range) => stringOf(range) ?? '');
  return [
    {
      path,
      ...(podSelector && { podSelector }),
      ...(namespaceSelector && { namespaceSelector }),
      ...(cidr !== undefined && { ipBlock: { cidr, except } }),
    },
  ];
}

function readPort(value: unknown, path: FieldPath): readonly PolicyPort[] {
  if (!isRecord(value)) return [];
  const port = stringOf(value.port) ?? numberOf(value.port);
  const endPort = numberOf(value.endPort);
  return [
    {
      path,
      ...(port !== undefined && { port }),
      ...(endPort !== undefined && { endPort }),
      protocol: stringOf(value.protocol) ?? 'TCP',
    },
  ];
}

/** The rule lets traffic of the protocol to the port pass, whoever it is from or to. */
export function allowsPort({ ports }: PolicyRule, port: number, protocol: string): boolean {
  return (
    ports.length === 0 ||
    ports.some((allowed) => {
      if (allowed.protocol !== protocol) return false;
      if (allowed.port === undefined) return true;
      if (typeof allowed.port === 'string') return false;
      return allowed.port <= port && port <= (allowed.endPort ?? allowed.port);
    })
  );
}
