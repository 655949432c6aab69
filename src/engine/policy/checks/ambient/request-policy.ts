/** Policies about requests, which in the ambient mesh only a waypoint can follow. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { isAmbientNamespace } from '../../semantics/mesh-membership.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { CheckContext } from '../check.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { membershipIn, namespaceLabelsOf } from '../directories/workload-membership.ts';

/** Kinds with `selector` and `targetRefs` that can be about requests. */
export const requestPolicyKinds: readonly KindKey[] = [
  Kinds.authorizationPolicy,
  Kinds.requestAuthentication,
  Kinds.wasmPlugin,
  Kinds.telemetry,
];

const ofOperation = /^(?:not)?(?:hosts|methods|paths)$/i;
const ofSource = /^(?:not)?requestPrincipals$/i;

export interface RequestPart {
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
  /** What cannot be followed, for the start of a sentence. */
  readonly what: string;
}

/** Where the policy first speaks of requests; undefined for one that ztunnel follows. */
export function requestPart(object: MeshObject): RequestPart | undefined {
  switch (kindKey(object)) {
    case Kinds.authorizationPolicy:
      return ofAuthorization(object);
    case Kinds.requestAuthentication:
      return listOf(fieldOf(object.spec, 'jwtRules')).length > 0
        ? { path: ['spec', 'jwtRules'], part: 'key', what: `A ${object.kind}` }
        : undefined;
    default:
      return { path: ['metadata', 'name'], part: 'value', what: `A ${object.kind}` };
  }
}

function ofAuthorization(object: MeshObject): RequestPart | undefined {
  if (fieldOf(object.spec, 'action') === 'CUSTOM') return { path: ['spec', 'action'], part: 'value', what: '`CUSTOM`' };
  const found = conditionValues(object).find(({ key, part }) =>
    part === 'operation' ? ofOperation.test(key) : part === 'source' ? ofSource.test(key) : key.startsWith('request.'),
  );
  if (!found) return undefined;
  const what = `\`${found.key}\``;
  return found.part === 'when'
    ? { path: [...found.list.slice(0, -1), 'key'], part: 'value', what }
    : { path: found.list, part: 'key', what };
}

/**
 * Whether all workloads that the policy is for are certainly in the ambient mesh. One that names what it is for in
 * `targetRefs` is for a waypoint already.
 */
export function isForAmbient(context: CheckContext): boolean {
  const { subject } = context;
  const { selector, references } = readPolicyTarget(subject.spec);
  const labels = namespaceLabelsOf(context, subject);
  if (references.length > 0 || !labels || subject.namespace === context.settings.rootNamespace) return false;
  const workloads = policyWorkloads(context, selector ?? {}).filter(
    ({ labels: own }) => !Object.hasOwn(own, 'gateway.istio.io/managed'),
  );
  if (workloads.length === 0) return selector === undefined && isAmbientNamespace(labels);
  return workloads.every((workload) => membershipIn(context, workload) === 'ambient');
}
