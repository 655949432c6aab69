/** Probes as the kubelet carries them out where nobody rewrites them. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { UnidentifiedCall } from '../../semantics/authorization.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';

export interface ProbeView {
  readonly path: FieldPath;
  readonly call: UnidentifiedCall;
}

/** Ports on which the sidecar itself answers. */
const proxyPorts: ReadonlySet<number> = new Set([15_020, 15_021, 15_090]);

/** Probes that send a request; one that only connects is content with the sidecar. */
export function probesOf({ object, containers, ports }: WorkloadView): readonly ProbeView[] {
  return containers
    .filter(({ name }) => name !== 'istio-proxy')
    .flatMap(({ path }) =>
      ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => {
        const probe = valueAt(object, [...path, key]);
        const [http, grpc] = [fieldOf(probe, 'httpGet'), fieldOf(probe, 'grpc')];
        const written = fieldOf(isRecord(http) ? http : grpc, 'port');
        const port = numberOf(written) ?? ports.find(({ name }) => name === stringOf(written))?.number;
        if (port === undefined || proxyPorts.has(port)) return [];
        const call = isRecord(http) ? httpCall(http, port) : grpcCall(grpc, port);
        return [{ path: [...path, key], call }];
      }),
    );
}

function httpCall(probe: unknown, port: number): UnidentifiedCall {
  if (stringOf(fieldOf(probe, 'scheme'))?.toUpperCase() === 'HTTPS') return { port };
  const path = (stringOf(fieldOf(probe, 'path')) ?? '').replace(/[?#].*$/s, '');
  const host = listOf(fieldOf(probe, 'httpHeaders')).find(
    (header) => stringOf(fieldOf(header, 'name'))?.toLowerCase() === 'host',
  );
  const name = stringOf(fieldOf(host, 'value')) ?? stringOf(fieldOf(probe, 'host'));
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return { port, request: { method: 'GET', path: rooted, ...(name !== undefined && { host: name }) } };
}

function grpcCall(probe: unknown, port: number): UnidentifiedCall {
  return isRecord(probe) ? { port, request: { method: 'POST', path: '/grpc.health.v1.Health/Check' } } : { port };
}

/** Whether connections to the port go through the sidecar, as annotations of the pod say. */
export function isCaptured({ annotations }: WorkloadView, port: number): boolean {
  const named = (annotation: string): readonly string[] | undefined =>
    annotations[`traffic.sidecar.istio.io/${annotation}`]?.split(',').map((each) => each.trim());
  const holds = (list: readonly string[]): boolean => list.includes('*') || list.includes(String(port));
  return holds(named('includeInboundPorts') ?? ['*']) && !holds(named('excludeInboundPorts') ?? []);
}
