import { listenOnLoopback, type LoopbackServer } from '../loopback-server.ts';
import type { MetricsStore } from './metrics-store.ts';
import { contentTypes, exposition, formatFor } from './prometheus-text.ts';

export interface MetricsEndpointOptions {
  readonly store: MetricsStore;
  /** 0: the system chooses. */
  readonly port: number;
  /** Version of the product, for `istio_build`. */
  readonly version?: string;
}

/** Serves `/metrics` on the loopback interface for a Prometheus to scrape. Rejects where the port is taken. */
export function startMetricsEndpoint({ store, port, version }: MetricsEndpointOptions): Promise<LoopbackServer> {
  return listenOnLoopback((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    const refuse = (status: number, message: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${message}\n`);
    };
    if (path !== '/metrics') {
      refuse(404, 'Metrics are at /metrics.');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' });
      return;
    }
    const format = formatFor(request.headers.accept);
    const body = Buffer.from(exposition(store, { format, ...(version === undefined ? {} : { version }) }));
    response.writeHead(200, { 'content-type': contentTypes[format], 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }, port);
}
