import type { MeshInstallation } from '../../../../shared/cluster.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { detectCilium } from './cilium.ts';
import { detectIstio } from './istio.ts';
import { gatewayApiOf } from './gateway-api.ts';
import { detectLinkerd } from './linkerd.ts';
import { imageVersion, podView } from './pod-view.ts';

/** Namespaces where meshes keep their control planes and settings; read beside chosen namespaces where it is allowed. */
export const meshNamespaces: readonly string[] = ['istio-system', 'linkerd', 'kube-system', 'consul'];

/** Every mesh that the objects tell of; none: plain Kubernetes. `istioVersion`: as an istiod itself says it. */
export function detectMeshes(snapshot: Snapshot, istioVersion?: string): readonly MeshInstallation[] {
  return [
    detectIstio(snapshot, istioVersion),
    detectGatewayApi(snapshot),
    detectLinkerd(snapshot),
    detectCilium(snapshot),
    detectConsul(snapshot),
  ].flatMap((mesh) => mesh ?? []);
}

function detectGatewayApi(snapshot: Snapshot): MeshInstallation | undefined {
  const found = gatewayApiOf(snapshot);
  if (!found) return undefined;
  const classes = snapshot.ofKind('gateway.networking.k8s.io/GatewayClass');
  const controllers = [...new Set(classes.flatMap(({ spec }) => stringOf(fieldOf(spec, 'controllerName')) ?? []))];
  const by = controllers.length > 0 ? `, implemented by ${controllers.sort().join(', ')}` : ', without a GatewayClass';
  return {
    kind: 'gateway-api',
    ...(found.version === undefined ? {} : { version: found.version }),
    summary: `Gateway API ${found.version ?? 'of unknown version'}${found.channel ? `, ${found.channel} channel` : ''}${by}.`,
  };
}

function detectConsul(snapshot: Snapshot): MeshInstallation | undefined {
  const isOf = (component: string, object: MeshObject): boolean =>
    object.labels['app'] === 'consul' && object.labels['component'] === component;
  const server = snapshot.ofKind('apps/StatefulSet').find((object) => isOf('server', object));
  const injector = snapshot.ofKind('apps/Deployment').find((object) => isOf('connect-injector', object));
  const found = server ?? injector;
  if (!found) return undefined;
  const image = server && podView(server).containers.find(({ name }) => name === 'consul')?.image;
  const version = image === undefined ? undefined : imageVersion(image);
  return {
    kind: 'consul',
    namespace: found.namespace,
    ...(version === undefined ? {} : { version }),
    summary: `Consul ${version ?? 'of unknown version'} in ${found.namespace}, ${injector ? 'with its connect injector' : 'without a connect injector: no workload is in its mesh'}.`,
  };
}
