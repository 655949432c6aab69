import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../shared/untrusted.ts';
import type { MeshObject, Origin } from '../../model/mesh-object.ts';
import type { DerivedReader } from '../../policy/documents/declared-objects.ts';
import { isLocalMesh, readLocalMesh } from '../registry/local-mesh-file.ts';
import { expandLocalMesh } from '../registry/local-mesh-objects.ts';

type Derived = ReturnType<DerivedReader>;

/**
 * The services and workloads that a LocalMesh document implies, each with the place in the document that declares it, so
 * that checks know them whether the mesh runs or not. Undefined for any other object.
 */
export function localMeshObjects(value: UntrustedRecord, origin: Origin): Derived | undefined {
  if (!isLocalMesh(value)) return undefined;
  const { mesh, problems } = readLocalMesh(value);
  if (!mesh) return { objects: outlineOf(value, origin), problems };
  const declarations = new Map<string, FieldPath>(mesh.services.map(({ name, path }) => [name, path]));
  const objects = expandLocalMesh(mesh, origin).map((object) => {
    const workload = mesh.workloads.find(({ name }) => isInstanceOf(object.name, name));
    const base = object.kind === 'Service' ? declarations.get(object.name) : workload?.path;
    return { object, base: base ?? [] };
  });
  return { objects, problems };
}

/** Instances are named after their workload, `reviews-v1-0`. */
function isInstanceOf(instance: string, workload: string): boolean {
  return instance.startsWith(workload) && /^-\d+$/.test(instance.slice(workload.length));
}

/**
 * What a file that is being typed certainly declares. Without it, one wrong field in a LocalMesh would make every host of
 * the workspace unknown.
 */
function outlineOf(value: UntrustedRecord, origin: Origin): Derived['objects'] {
  const namespace = stringOf(valueAt(value, ['metadata', 'namespace'])) ?? 'default';
  const common = { namespace, annotations: {}, origin };
  return listOf(valueAt(value, ['spec', 'services'])).flatMap((service, index) => {
    const name = stringOf(fieldOf(service, 'name'));
    if (name === undefined) return [];
    const base = ['spec', 'services', index];
    const ports = listOf(fieldOf(service, 'ports'));
    const object: MeshObject = {
      ...common,
      apiVersion: 'v1',
      kind: 'Service',
      name,
      labels: { app: name },
      spec: { selector: { app: name }, ports },
    };
    const workloads = listOf(fieldOf(service, 'workloads')).flatMap((workload, number) => {
      const version = stringOf(fieldOf(workload, 'version'));
      const labels = { app: name, ...(version !== undefined && { version }) };
      const entry: MeshObject = {
        ...common,
        apiVersion: 'networking.istio.io/v1',
        kind: 'WorkloadEntry',
        name: `${stringOf(fieldOf(workload, 'name')) ?? name}-0`,
        labels,
        spec: { labels },
      };
      return [{ object: entry, base: [...base, 'workloads', number] }];
    });
    return [{ object, base }, ...workloads];
  });
}
