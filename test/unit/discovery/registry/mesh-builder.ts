/** The smallest LocalMesh document, for tests to change one thing of. */
export interface MeshParts {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly service?: Readonly<Record<string, unknown>>;
  readonly workload?: Readonly<Record<string, unknown>>;
  readonly port?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export function meshDocument(parts: MeshParts = {}): Readonly<Record<string, unknown>> {
  const workload = { run: 'node a.mjs', ...parts.workload };
  const service = { name: 'a', ports: [{ port: 80, ...parts.port }], workloads: [workload], ...parts.service };
  return {
    apiVersion: 'meshlens.dev/v1alpha1',
    kind: 'LocalMesh',
    metadata: { name: 'test', ...parts.metadata },
    spec: { services: [service], ...parts.spec },
  };
}
