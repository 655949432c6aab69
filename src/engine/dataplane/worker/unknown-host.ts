import type { Router } from '../../policy/semantics/routing/decide.ts';
import type { HostPort } from './request-target.ts';

/**
 * Why a host that no route knows is not passed through; undefined where it is. Envoy refuses without a word; a person at a
 * guarded listener is told what is wrong.
 */
export function unknownHostRefusal(
  router: Router,
  policy: 'passthrough' | 'refuse',
  { host, port }: HostPort,
  guarded: boolean,
): string | undefined {
  if (!guarded) return policy === 'refuse' ? '' : undefined;
  const ports = router.portsOf(host);
  if (ports.length > 0) return `${host} has no port ${port} in the mesh. It has ${ports.join(', ')}.`;
  if (policy === 'passthrough') return undefined;
  return `${host} is no host of the mesh, and the mesh refuses all others (outboundTrafficPolicy REGISTRY_ONLY).`;
}
