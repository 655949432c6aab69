import type { ObjectCheck } from '../check.ts';
import { oneSidedAllowance } from './one-sided-allowance.ts';
import { dnsOfOwnNamespace } from './dns-of-own-namespace.ts';
import { controlPlaneCutOff } from './control-plane-cut-off.ts';
import { outsideShutOut } from './outside-shut-out.ts';
import { serviceAddress } from './service-address.ts';
import { closedIngress } from './closed-ingress.ts';
import { ambientPortBlocked } from './ambient-port-blocked.ts';
import { clusterPolicyPriority } from './cluster-policy-priority.ts';
import { egressWithoutDns } from './egress-without-dns.ts';
import { ignoredPolicyRules } from './ignored-policy-rules.ts';
import { invalidPolicyRange } from './invalid-policy-range.ts';
import { peerSelectsNothing } from './peer-selects-nothing.ts';
import { policyPort } from './policy-port.ts';
import { policySelectsNothing } from './policy-selects-nothing.ts';
import { unreachablePolicyRule } from './unreachable-policy-rule.ts';

export const networkPoliciesChecks: readonly ObjectCheck[] = [
  policySelectsNothing,
  peerSelectsNothing,
  policyPort,
  ignoredPolicyRules,
  egressWithoutDns,
  ambientPortBlocked,
  invalidPolicyRange,
  clusterPolicyPriority,
  unreachablePolicyRule,
  closedIngress,
  serviceAddress,
  outsideShutOut,
  controlPlaneCutOff,
  dnsOfOwnNamespace,
  oneSidedAllowance,
];
