import { variableName } from '../../../shared/service-variables.ts';
import type { ProcessWorkload } from './local-mesh-spec.ts';
import { runMarker } from './reaper-client.ts';

export interface EnvironmentParts {
  /** The engine's own environment. */
  readonly base: Readonly<Record<string, string | undefined>>;
  readonly namespace: string;
  readonly instance: string;
  readonly workload: ProcessWorkload;
  /** Application ports by port name. */
  readonly ports: Readonly<Record<string, number>>;
  /** What its sidecar and the mesh add: HTTP_PROXY, OTEL_EXPORTER_OTLP_ENDPOINT and the like. */
  readonly mesh: Readonly<Record<string, string>>;
  /** What starting it takes, see `planLaunch`. */
  readonly launch: Readonly<Record<string, string>>;
  readonly runId: string;
}

/** What an editor sets for its own processes and a service must not inherit. */
const foreign = /^(?:ELECTRON_|VSCODE_)/;

/** The environment of a process. The file's own `env` overrides everything but the marker of the run. */
export function processEnvironment(parts: EnvironmentParts): Record<string, string> {
  const base = Object.entries(parts.base).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
  );
  const { workload, ports, launch } = parts;
  const numbers = Object.entries(ports);
  const first = numbers[0]?.[1];
  return {
    ...Object.fromEntries(base),
    ...(first === undefined ? {} : { PORT: String(first) }),
    ...Object.fromEntries(numbers.map(([name, port]) => [`PORT_${variableName(name)}`, String(port)])),
    MESHLENS_INSTANCE: parts.instance,
    MESHLENS_WORKLOAD: workload.name,
    MESHLENS_NAMESPACE: parts.namespace,
    MESHLENS_VERSION: workload.version,
    ...parts.mesh,
    ...workload.env,
    ...launch,
    [runMarker]: parts.runId,
  };
}
