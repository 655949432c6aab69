import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadKubeconfig } from '../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import {
  createTransport,
  type TransportOptions,
} from '../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import type { KubeTransport } from '../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

export interface TransportTo {
  readonly transport: KubeTransport;
  /** Where the kubeconfig is, with whatever it names. */
  readonly folder: string;
  dispose(): Promise<void>;
}

/** A transport by a kubeconfig of one context, `test`. Values are as in a kubeconfig; paths are relative to `folder`. */
export async function transportTo(
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = {},
  options: TransportOptions = { compression: true },
): Promise<TransportTo> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-kubeconfig-'));
  const kubeconfig = path.join(folder, 'config');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  // JSON is YAML.
  await writeFile(kubeconfig, JSON.stringify(content));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text, { mode: 0o700 });
  const loaded = await loadKubeconfig({ env: { KUBECONFIG: kubeconfig }, home: folder });
  const context = loaded.context('test');
  if (!context) throw new Error(loaded.summary.contexts[0]?.problem ?? loaded.summary.problems.join(' '));
  const transport = createTransport(context, options);
  return {
    transport,
    folder,
    dispose: async () => {
      transport.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
