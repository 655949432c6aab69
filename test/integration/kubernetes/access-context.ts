import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import {
  loadKubeconfig,
  type ResolvedContext,
} from '../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import {
  createTransport,
  type TransportOptions,
} from '../../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import type { KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A folder that goes with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-access-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The context of a kubeconfig with one cluster and one user. */
export async function contextOf(
  t: TestContext,
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  namespace?: string,
): Promise<ResolvedContext> {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'config');
  await writeFile(
    file,
    JSON.stringify({
      clusters: [{ name: 'cluster', cluster }],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user', namespace } }],
    }),
  );
  const kubeconfig = await loadKubeconfig({ setting: file, env: {}, home: folder });
  const context = kubeconfig.context('context');
  if (!context) throw new Error([...kubeconfig.summary.problems, kubeconfig.summary.contexts[0]?.problem].join(' '));
  return context;
}

/** A transport that ends with the test. Proxies of the machine's environment are left out. */
export async function transportOf(
  t: TestContext,
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  options: TransportOptions = {},
): Promise<KubeTransport> {
  const context = await contextOf(t, cluster, user);
  const transport = createTransport(context, { env: { PATH: process.env['PATH'] }, ...options });
  t.after(() => transport.dispose());
  return transport;
}
