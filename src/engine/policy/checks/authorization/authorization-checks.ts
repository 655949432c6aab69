import type { ObjectCheck } from '../check.ts';
import { rootAuthenticationSelector } from './root-authentication-selector.ts';
import { ruleInTwo } from './rule-in-two.ts';
import { everythingRule } from './everything-rule.ts';
import { appliesToNothing } from './applies-to-nothing.ts';
import { unknownIssuer } from './unknown-issuer.ts';
import { deniedAllowance } from './denied-allowance.ts';
import { unknownPolicyTarget } from './unknown-policy-target.ts';
import { clientsWithoutStrict } from './clients-without-strict.ts';
import { identityWithoutMtls } from './identity-without-mtls.ts';
import { mtlsToPlaintext } from './mtls-to-plaintext.ts';
import { plaintextToStrict } from './plaintext-to-strict.ts';
import { policySelectsNothing } from './policy-selects-nothing.ts';
import { portOfNoWorkload } from './port-of-no-workload.ts';
import { principalForm } from './principal-form.ts';
import { principalWithoutTokens } from './principal-without-tokens.ts';
import { selectorOfGateway } from './selector-of-gateway.ts';
import { severalNamespaceAuthentications } from './several-namespace-authentications.ts';
import { severalWorkloadAuthentications } from './several-workload-authentications.ts';
import { strictWithoutClients } from './strict-without-clients.ts';
import { unknownMethod } from './unknown-method.ts';
import { unknownOperationHost } from './unknown-operation-host.ts';
import { unknownPrincipal } from './unknown-principal.ts';
import { unknownSourceNamespace } from './unknown-source-namespace.ts';
import { unknownTrustDomain } from './unknown-trust-domain.ts';
import { unrequiredToken } from './unrequired-token.ts';
import { unrestrictedKeyFetch } from './unrestricted-key-fetch.ts';

export const authorizationChecks: readonly ObjectCheck[] = [
  unknownSourceNamespace,
  unknownMethod,
  unknownOperationHost,
  identityWithoutMtls,
  unknownPrincipal,
  unknownTrustDomain,
  policySelectsNothing,
  severalNamespaceAuthentications,
  principalForm,
  selectorOfGateway,
  unrestrictedKeyFetch,
  severalWorkloadAuthentications,
  principalWithoutTokens,
  unrequiredToken,
  portOfNoWorkload,
  plaintextToStrict,
  mtlsToPlaintext,
  strictWithoutClients,
  clientsWithoutStrict,
  unknownPolicyTarget,
  everythingRule,
  appliesToNothing,
  deniedAllowance,
  unknownIssuer,
  ruleInTwo,
  rootAuthenticationSelector,
];
