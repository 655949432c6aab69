import type { BoundListeners } from '../dataplane/data-plane.ts';
import { serviceVariables } from '../../shared/service-variables.ts';
import type { TcpService } from './proxy-config.ts';
import { proxyListener, tcpListener } from './proxy-config.ts';

/** Hosts a program must reach directly even when it has a proxy: itself and its debugger. */
const direct = 'localhost,127.0.0.1,::1';

/** Environment for a program that shall call the mesh through the proxy whose listeners these are. */
export function proxyEnvironment(input: {
  readonly listeners: BoundListeners;
  readonly tcpServices: readonly TcpService[];
  readonly otlp?: string;
  readonly registry?: { readonly url: string; readonly token: string };
}): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  const port = input.listeners.outbound[proxyListener];
  if (port !== undefined) {
    const proxy = `http://127.0.0.1:${port}`;
    // Lower and upper case: programs disagree which one counts. Node reads them only when told to.
    Object.assign(environment, {
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      NO_PROXY: direct,
      no_proxy: direct,
      NODE_USE_ENV_PROXY: '1',
    });
  }
  for (const tcp of input.tcpServices) {
    const bound = input.listeners.outbound[tcpListener(tcp)];
    if (bound === undefined) continue;
    Object.assign(environment, serviceVariables(tcp.service, tcp.port, bound));
  }
  if (input.otlp) {
    environment.OTEL_EXPORTER_OTLP_ENDPOINT = input.otlp;
    environment.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  }
  if (input.registry) {
    environment.CONSUL_HTTP_ADDR = input.registry.url;
    environment.CONSUL_HTTP_TOKEN = input.registry.token;
  }
  return environment;
}
