import type {
  InboundListener,
  LinkSecurity,
  MtlsMode,
  OutboundListener,
  ProxyConfig,
} from '../dataplane/data-plane.ts';
import { principalOf } from '../model/principal.ts';
import type { CompiledRoutes } from '../policy/semantics/routing/compiled.ts';
import type { MeshInstance } from './mesh-instance.ts';

/** Name of a gateway's only outbound listener. */
export const gatewayListener = 'gateway';

/** Name of the listener that applications use as HTTP proxy. */
export const proxyListener = 'proxy';

/** A TCP port of a service, for which each sidecar opens a listener of its own. */
export interface TcpService {
  readonly service: string;
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
}

export const tcpListener = (tcp: TcpService): string => `tcp/${tcp.namespace}/${tcp.service}/${tcp.port}`;

export interface ProxyConfigInput {
  readonly instance: MeshInstance;
  readonly routes: CompiledRoutes;
  readonly generation: number;
  readonly security: LinkSecurity;
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly tcpServices: readonly TcpService[];
  readonly mtlsMode: (port: number) => MtlsMode;
}

function inboundOf({ instance, clusterDomain, mtlsMode }: ProxyConfigInput): readonly InboundListener[] {
  const service = instance.service;
  if (!service || instance.kind === 'gateway') return [];
  return instance.ports.flatMap((port) => {
    const application = instance.applicationPorts[port.name];
    if (application === undefined) return [];
    return [
      {
        name: port.name,
        protocol: port.protocol,
        port: 0,
        mtls: mtlsMode(port.port),
        application: { address: instance.address, port: application },
        service: {
          host: `${service}.${instance.namespace}.svc.${clusterDomain}`,
          name: service,
          namespace: instance.namespace,
          port: port.port,
        },
      },
    ];
  });
}

function outboundOf({ instance, tcpServices }: ProxyConfigInput): readonly OutboundListener[] {
  if (instance.gateway)
    return [
      { name: gatewayListener, type: 'gateway', port: instance.gateway.port, routePort: instance.gateway.routePort },
    ];
  return [
    { name: proxyListener, type: 'proxy', port: 0 },
    ...tcpServices.map((tcp): OutboundListener => ({
      name: tcpListener(tcp),
      type: 'tcp',
      port: 0,
      routePort: tcp.port,
      host: tcp.host,
    })),
  ];
}

/** The whole wanted state of an instance's proxy. */
export function proxyConfigOf(input: ProxyConfigInput): ProxyConfig {
  const { instance } = input;
  return {
    identity: {
      instance: instance.id,
      workload: instance.workload,
      namespace: instance.namespace,
      app: instance.app,
      version: instance.version,
      labels: instance.labels,
      principal: principalOf(input.trustDomain, instance),
      cluster: 'local',
    },
    kind: instance.gateway ? 'gateway' : 'sidecar',
    generation: input.generation,
    inbound: inboundOf(input),
    outbound: outboundOf(input),
    routes: input.routes,
    // The registry probes the applications themselves and its verdict travels with the endpoints.
    healthChecks: [],
    security: input.security,
  };
}
