/**
 * SPIFFE id of a workload, as Istio forms it: `spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews`. A workload that
 * names no service account runs as `default`.
 */
export function principalOf(
  trustDomain: string,
  { namespace, serviceAccount }: { readonly namespace: string; readonly serviceAccount: string },
): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount || 'default'}`;
}
