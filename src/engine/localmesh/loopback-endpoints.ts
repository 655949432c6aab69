import type { Span } from '../../shared/traces.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import { startConsulApi } from '../discovery/registry/consul-api.ts';
import type { HealthChecks } from '../discovery/registry/health-checks.ts';
import { startMetricsEndpoint } from '../telemetry/metrics-endpoint.ts';
import type { MetricsStore } from '../telemetry/metrics-store.ts';
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts';

export interface LoopbackEndpoints {
  readonly registry: string;
  readonly metrics: string;
  readonly otlp: string;
  /** Ports they got, to be asked for again by a successor. */
  readonly ports: { readonly registry: number; readonly metrics: number; readonly otlp: number };
  close(): Promise<void>;
}

interface Server {
  readonly url: string;
  close(): Promise<void>;
}

/** A port somebody else took since then is no reason not to start: any other will do, unless a person asked for it. */
async function startOn(
  wanted: { readonly port: number; readonly isFixed: boolean },
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await start(wanted.port);
  } catch (error) {
    if (wanted.isFixed || wanted.port === 0) throw error;
    return start(0);
  }
}

const portOf = (server: Server): number => Number(new URL(server.url).port);

/** Opens what programs beside the mesh talk to. `fixed` ports come from settings, `last` ones from an earlier run. */
export async function openLoopbackEndpoints(input: {
  readonly catalog: Catalog;
  readonly checks: HealthChecks;
  readonly token: string;
  readonly metrics: MetricsStore;
  readonly onSpans: (spans: readonly Span[]) => void;
  readonly fixed: LoopbackEndpoints['ports'];
  readonly last: LoopbackEndpoints['ports'];
}): Promise<LoopbackEndpoints> {
  const wanted = (name: keyof LoopbackEndpoints['ports']): { port: number; isFixed: boolean } =>
    input.fixed[name] > 0 ? { port: input.fixed[name], isFixed: true } : { port: input.last[name], isFixed: false };
  const opened: Server[] = [];
  const open = async (
    name: keyof LoopbackEndpoints['ports'],
    start: (port: number) => Promise<Server>,
  ): Promise<Server> => {
    const server = await startOn(wanted(name), start);
    opened.push(server);
    return server;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((server) => server.close()));
  };
  try {
    const registry = await open('registry', (port) =>
      startConsulApi({ catalog: input.catalog, checks: input.checks, token: input.token, port }),
    );
    const metrics = await open('metrics', (port) => startMetricsEndpoint({ store: input.metrics, port }));
    const otlp = await open('otlp', (port) => startOtlpReceiver({ port, onSpans: input.onSpans }));
    return {
      registry: registry.url,
      metrics: `${metrics.url}/metrics`,
      otlp: otlp.url,
      ports: { registry: portOf(registry), metrics: portOf(metrics), otlp: portOf(otlp) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
