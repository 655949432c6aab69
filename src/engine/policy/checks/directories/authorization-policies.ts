import { Kinds } from '../../../model/kinds.ts';
import type { AuthorizationPolicies } from '../../semantics/authorization.ts';
import { readAuthorizationPolicies } from '../../semantics/authorization.ts';
import type { Index } from '../check.ts';

export const authorizationPolicies: Index<AuthorizationPolicies> = {
  inputs: [Kinds.authorizationPolicy],
  relevant: ({ spec, annotations }) => [spec, annotations['istio.io/dry-run']],
  build: (objects) => readAuthorizationPolicies(objects.ofKind(Kinds.authorizationPolicy)),
};
