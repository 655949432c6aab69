import type { Origin } from '../../model/mesh-object.ts';
import type { DerivedReader } from '../../policy/documents/declared-objects.ts';
import type { UntrustedRecord } from '../../policy/documents/untrusted.ts';
import { isLocalMesh, readLocalMesh } from '../registry/local-mesh-file.ts';
import { expandLocalMesh } from '../registry/local-mesh-objects.ts';

/**
 * The services and workloads that a LocalMesh document implies, each with the place in the document that declares it, so
 * that checks know them whether the mesh runs or not. Undefined for any other object.
 */
export function localMeshObjects(value: UntrustedRecord, origin: Origin): ReturnType<DerivedReader> | undefined {
  if (!isLocalMesh(value)) return undefined;
  const { mesh, problems } = readLocalMesh(value);
  if (!mesh) return { objects: [], problems };
  const declarations = new Map([
    ...mesh.workloads.map(({ name, path }) => [`WorkloadEntry ${name}`, path] as const),
    ...mesh.services.map(({ name, path }) => [`Service ${name}`, path] as const),
  ]);
  const objects = expandLocalMesh(mesh, origin).map((object) => ({
    object,
    base: declarations.get(`${object.kind} ${object.name}`) ?? instancePath(object.name, mesh.workloads) ?? [],
  }));
  return { objects, problems };
}

/** Instances are named after their workload, `reviews-v1-0`. */
function instancePath(
  name: string,
  workloads: readonly { readonly name: string; readonly path: readonly (string | number)[] }[],
): readonly (string | number)[] | undefined {
  return workloads.find((workload) => /^-\d+$/.test(name.slice(workload.name.length)) && name.startsWith(workload.name))
    ?.path;
}
