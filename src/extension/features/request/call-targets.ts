import type { LocalMeshStatus } from '../../../shared/local-mesh.ts';

/** A service and one of its ports, as somebody can call it. */
export interface CallTarget {
  readonly label: string;
  readonly description: string;
  readonly host: string;
  readonly port: number;
}

/** What can be called in the running mesh: every HTTP port of every service. */
export function callTargets(status: LocalMeshStatus | undefined): readonly CallTarget[] {
  return (status?.services ?? []).flatMap(({ name, namespace, host, ports }) =>
    ports
      .filter(({ protocol }) => protocol === 'http')
      .map(({ port }) => ({ label: name, description: `${namespace} · ${host}:${port}`, host, port })),
  );
}

/** The target that `host` names: in full, or by the service's short name. */
export function findTarget(targets: readonly CallTarget[], host: string): CallTarget | undefined {
  return targets.find((target) => target.host === host) ?? targets.find((target) => target.label === host);
}
