/** Hosts that a VirtualService may name. */
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { gatewaysOf } from '../../routing/virtual-service-view.ts';
import { wildcardHostProblem } from '../formats/host-names.ts';
import { sitesIn } from '../sites.ts';

/** What is wrong with a host, to follow it; at gateways, server names that Istio makes up itself count as well. */
export function virtualServiceHostProblem(object: MeshObject, host: string): string | undefined {
  const isGenerated = host.startsWith('outbound_') && host.length <= 255;
  if (isGenerated && isForGateways(object) && hasServerNames(object)) {
    const [, port = '', , name = ''] = host.split('_');
    const isWhole = host.split('_').length >= 4 && /\d/.test(port) && /[a-zA-Z]/.test(name);
    return isWhole ? undefined : 'begins like a name that Istio makes up, `outbound_.<port>_._.<host>`, but is none';
  }
  return wildcardHostProblem(host);
}

/** Whether it holds at gateways only. */
export function isForGateways(object: MeshObject): boolean {
  return !gatewaysOf(object).includes('mesh');
}

function hasServerNames(object: MeshObject): boolean {
  return sitesIn(object, 'tls[].match[].sniHosts[]').length > 0;
}
