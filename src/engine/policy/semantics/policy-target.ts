/** What a policy of Istio says it is for: the forms are the same for all kinds that have `selector` and `targetRefs`. */
import { fieldOf, isRecord, listOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, Labels } from '../../model/mesh-object.ts';

/** Kinds that may say by `targetRefs` what they are for. */
export const targetedKinds: readonly KindKey[] = [
  Kinds.authorizationPolicy,
  Kinds.requestAuthentication,
  Kinds.telemetry,
  Kinds.wasmPlugin,
  Kinds.trafficExtension,
];

export interface PolicyTarget {
  /** Absent without a label: then it is for the whole namespace, or mesh. */
  readonly selector?: Labels;
  readonly references: readonly TargetReference[];
}

interface TargetReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

export function readPolicyTarget(spec: unknown): PolicyTarget {
  const selector = textsOf(fieldOf(fieldOf(spec, 'selector'), 'matchLabels'));
  const references = [fieldOf(spec, 'targetRef'), ...listOf(fieldOf(spec, 'targetRefs'))].filter(isRecord);
  return {
    ...(Object.keys(selector).length > 0 && { selector }),
    references: references.map((reference) => ({
      group: stringOf(reference.group) ?? '',
      kind: stringOf(reference.kind) ?? '',
      name: stringOf(reference.name) ?? '',
    })),
  };
}
