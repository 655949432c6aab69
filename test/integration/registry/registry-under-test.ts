/** A registry on a free port, with the client that people use against it. */
import Consul from 'consul';
import { Catalog } from '../../../src/engine/discovery/registry/catalog.ts';
import { startConsulApi } from '../../../src/engine/discovery/registry/consul-api.ts';
import type { LoopbackServer } from '../../../src/engine/loopback-server.ts';
import { HealthChecks } from '../../../src/engine/discovery/registry/health-checks.ts';

export interface RegistryUnderTest {
  readonly catalog: Catalog;
  readonly checks: HealthChecks;
  readonly api: LoopbackServer;
  readonly client: Consul;
  readonly port: number;
  close(): Promise<void>;
}

export async function startRegistry(
  options: { readonly token?: string; readonly minDeregisterMs?: number } = {},
): Promise<RegistryUnderTest> {
  const catalog = new Catalog({ namespace: 'shop', node: 'laptop' });
  const { token, minDeregisterMs } = options;
  const checks = new HealthChecks({ catalog, ...(minDeregisterMs === undefined ? {} : { minDeregisterMs }) });
  const api = await startConsulApi({ catalog, checks, port: 0, ...(token === undefined ? {} : { token }) });
  const port = Number(new URL(api.url).port);
  const client = new Consul({ host: '127.0.0.1', port });
  return {
    catalog,
    checks,
    api,
    client,
    port,
    async close() {
      client.destroy();
      await api.close();
      checks.dispose();
      catalog.dispose();
    },
  };
}
