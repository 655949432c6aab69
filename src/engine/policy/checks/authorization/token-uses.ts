/** What goes by the tokens of requests, beside the RequestAuthentications that check them. */
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { Index } from '../check.ts';
import type { ConditionValue } from './authorization-view.ts';
import { conditionValues } from './authorization-view.ts';

/** The conditions of an AuthorizationPolicy that go by the token of a request. */
export function tokenConditions(policy: MeshObject): readonly ConditionValue[] {
  return conditionValues(policy).filter(({ key, part }) =>
    part === 'when' ? key.startsWith('request.auth.') : /^(?:r|notR)equestPrincipals$/.test(key),
  );
}

export interface TokenUses {
  /** AuthorizationPolicies that go by tokens, or leave the decision to somebody who may. */
  readonly policies: readonly MeshObject[];
  /** Something else may refuse requests without a token, or route by what tokens say. */
  readonly hasOthers: boolean;
}

function isTokenPolicy(policy: MeshObject): boolean {
  return stringOf(fieldOf(policy.spec, 'action')) === 'CUSTOM' || tokenConditions(policy).length > 0;
}

/** Envoy's filters that decide who may call; scripts can, too. */
const deciding = /jwt_authn|ext_authz|ext_proc|rbac|oauth2|lua|wasm/;

function mayUseTokens(object: MeshObject): boolean {
  const text = JSON.stringify(object.spec) ?? '';
  switch (kindKey(object)) {
    case Kinds.envoyFilter:
      return deciding.test(text);
    case Kinds.virtualService:
    case Kinds.httpRoute:
      return text.includes('@request.auth');
    default:
      return /^AUTH[NZ]$/.test(stringOf(fieldOf(object.spec, 'phase')) ?? '');
  }
}

const others = [Kinds.envoyFilter, Kinds.virtualService, Kinds.httpRoute, Kinds.wasmPlugin, Kinds.trafficExtension];

export const tokenUses: Index<TokenUses> = {
  inputs: [Kinds.authorizationPolicy, ...others],
  relevant: (object) => {
    if (kindKey(object) !== Kinds.authorizationPolicy) return mayUseTokens(object);
    return isTokenPolicy(object) && readPolicyTarget(object.spec);
  },
  build: (objects) => ({
    policies: objects.ofKind(Kinds.authorizationPolicy).filter(isTokenPolicy),
    hasOthers: others.some((kind) => objects.ofKind(kind).some(mayUseTokens)),
  }),
};
