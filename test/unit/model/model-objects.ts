import fc from 'fast-check';
import type { Layer, MeshObject } from '../../../src/engine/model/mesh-object.ts';

/** An object with what a test names, and nothing else. */
export function meshObject(
  kind: string,
  [namespace, name]: readonly [string, string],
  given: Partial<MeshObject> = {},
  layer: Layer = 'cluster',
): MeshObject {
  const groups: Readonly<Record<string, string>> = {
    Pod: 'v1',
    Service: 'v1',
    ReplicaSet: 'apps/v1',
    Deployment: 'apps/v1',
    EndpointSlice: 'discovery.k8s.io/v1',
    HTTPRoute: 'gateway.networking.k8s.io/v1',
    AuthorizationPolicy: 'security.istio.io/v1',
  };
  return {
    apiVersion: groups[kind] ?? 'networking.istio.io/v1',
    kind,
    namespace,
    name,
    labels: {},
    annotations: {},
    spec: {},
    origin: { layer, source: layer },
    ...given,
  };
}

const few = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

/** Objects of few kinds, namespaces, names and states, so that they meet. Namespaces where `-` sorts before `/` included. */
export const anyObject: fc.Arbitrary<MeshObject> = fc
  .record({
    kind: few('Service', 'Pod', 'VirtualService'),
    namespace: few('a', 'a-b', 'b', ''),
    name: few('x', 'x-1', 'y', 'z', '__proto__'),
    resourceVersion: fc.option(few('1', '2', '3'), { nil: undefined }),
    app: few('one', 'two'),
  })
  .map(({ kind, namespace, name, resourceVersion, app }) =>
    meshObject(kind, [namespace, name], {
      labels: { app },
      // What the version says and what the object says go together, as in a cluster.
      spec: { state: resourceVersion ?? app },
      ...(resourceVersion !== undefined && { resourceVersion, labels: { app: `v${resourceVersion}` } }),
    }),
  );
