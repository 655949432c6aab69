/** Reads the LocalMesh file: services of a mesh on this machine, what runs behind each of them, and how. */
import { nearestNames } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import { linkSecurityModes, localMeshApiVersion } from './local-mesh-spec.ts';
import type { LocalMeshSpec, LocalWorkloadSpec } from './local-mesh-spec.ts';
import type { DeclaredEntry } from './local-mesh-entries.ts';
import { readClient, readGateway, readName, readService } from './local-mesh-entries.ts';
import type { FieldProblem } from './record-reader.ts';
import { RecordReader } from './record-reader.ts';
import { findDependencyCycle } from './start-order.ts';

export interface LocalMeshResult {
  /** Absent where there are problems: a half-understood mesh is not run. */
  readonly mesh?: LocalMeshSpec;
  readonly problems: readonly FieldProblem[];
}

/** Whether a parsed document is a LocalMesh at all (of any version), and so wants `readLocalMesh`. */
export function isLocalMesh(value: unknown): boolean {
  if (!isRecord(value) || value.kind !== 'LocalMesh') return false;
  return typeof value.apiVersion === 'string' && value.apiVersion.startsWith('meshlens.dev/');
}

/** Reads the value of a LocalMesh document strictly. Never throws; every problem has the path of its field. */
export function readLocalMesh(value: unknown): LocalMeshResult {
  const problems: FieldProblem[] = [];
  const document = new RecordReader(value, [], problems);
  if (problems.length > 0) return { problems };
  document.allow('apiVersion', 'kind', 'metadata', 'spec');
  document.required('apiVersion', document.oneOf('apiVersion', [localMeshApiVersion]), localMeshApiVersion);
  document.required('kind', document.oneOf('kind', ['LocalMesh']), 'LocalMesh');

  const metadata = document.required('metadata', document.record('metadata'), 'with the name of the mesh');
  metadata?.allow('name', 'namespace', 'labels', 'annotations');
  const name = metadata?.required('name', readName(metadata, 'name'), 'the name of the mesh') ?? '';
  const namespace = (metadata && readName(metadata, 'namespace')) ?? 'default';

  const spec = document.required('spec', document.record('spec'), 'the services of the mesh');
  if (!spec) return { problems };
  spec.allow('security', 'services', 'gateways', 'clients');
  const security = spec.record('security');
  security?.allow('mode');
  const mode = security?.oneOf('mode', linkSecurityModes) ?? 'certificates';
  if (!spec.has('services')) spec.problem(undefined, '"spec" needs "services": at least one service.');

  const entries = [
    ...spec.records('services').map(readService),
    ...spec.records('gateways').map(readGateway),
    ...spec.records('clients').map(readClient),
  ];
  checkNames(entries, problems);
  checkFixedPorts(entries, problems);
  const workloads = resolveDependencies(entries, problems);
  if (problems.length > 0) return { problems };
  const services = entries.flatMap(({ service }) => (service ? [service] : []));
  return { mesh: { name, namespace, security: mode, services, workloads }, problems };
}

/** Services share one name space, workloads another: both become names of objects. */
function checkNames(entries: readonly DeclaredEntry[], problems: FieldProblem[]): void {
  const check = (what: string, named: readonly { readonly name: string; readonly path: FieldPath }[]): void => {
    const seen = new Set<string>();
    for (const { name, path } of named) {
      if (name !== '' && seen.has(name)) {
        problems.push({ path: [...path, 'name'], message: `There is another ${what} named "${name}".` });
      }
      seen.add(name);
    }
  };
  check(
    'service',
    entries.flatMap(({ service }) => (service ? [service] : [])),
  );
  check(
    'workload',
    entries.flatMap(({ workloads }) => workloads),
  );
}

/** Two listeners on one address cannot both start; ports the system chooses never collide. */
function checkFixedPorts(entries: readonly DeclaredEntry[], problems: FieldProblem[]): void {
  const owners = new Map<number, string>();
  for (const workload of entries.flatMap(({ workloads }) => workloads)) {
    const port = workload.kind === 'address' ? undefined : workload.port;
    if (port === undefined || port === 0) continue;
    const owner = owners.get(port);
    if (owner !== undefined) {
      problems.push({ path: [...workload.path, 'port'], message: `"${owner}" already listens on port ${port}.` });
    }
    owners.set(port, workload.name);
  }
}

/** Turns names of services in `dependsOn` into those of their workloads, and refuses unknown names and circles. */
function resolveDependencies(
  entries: readonly DeclaredEntry[],
  problems: FieldProblem[],
): readonly LocalWorkloadSpec[] {
  const workloads = entries.flatMap((entry) => entry.workloads);
  const targets = new Map<string, readonly string[]>(workloads.map(({ name }) => [name, [name]]));
  for (const { service, workloads: own } of entries) {
    if (service)
      targets.set(
        service.name,
        own.map(({ name }) => name),
      );
  }
  const resolved = workloads.map((workload) => {
    const dependsOn = workload.dependsOn.flatMap((name, index) => {
      const found = targets.get(name);
      if (found !== undefined) return found;
      const near = nearestNames(name, targets.keys(), 1)[0];
      const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
      const path = [...workload.path, 'dependsOn', index];
      problems.push({ path, message: `There is no service or workload "${name}" to wait for.${hint}` });
      return [];
    });
    return { ...workload, dependsOn: [...new Set(dependsOn)] };
  });
  const cycle = findDependencyCycle(resolved);
  const first = cycle && resolved.find(({ name }) => name === cycle[0]);
  if (cycle && first) {
    const message = `These wait for each other and would never start: ${cycle.join(' → ')}.`;
    problems.push({ path: [...first.path, 'dependsOn'], message });
  }
  return resolved;
}
