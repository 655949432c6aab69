/** What may be done with calls that no policy allows, by the words that Servers and annotations have for it. */
export const defaultPolicies: readonly string[] = [
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
];
