/** Where a DestinationRule has settings for traffic: for the host, for subsets, and for single ports of both. */

const policies = ['trafficPolicy', 'subsets[].trafficPolicy'];

/** Policies of hosts and subsets. */
export function wholePolicyPatterns(...fields: readonly string[]): readonly string[] {
  return policies.flatMap((policy) => fields.map((field) => `${policy}.${field}`));
}

/** Settings that a single port may have too. */
export function trafficPolicyPatterns(...fields: readonly string[]): readonly string[] {
  return wholePolicyPatterns(...fields, ...fields.map((field) => `portLevelSettings[].${field}`));
}

/** Limits on connections, in a DestinationRule and in a Sidecar. */
export const connectionPools: readonly string[] = [
  ...trafficPolicyPatterns('connectionPool'),
  'inboundConnectionPool',
  'ingress[].connectionPool',
];
