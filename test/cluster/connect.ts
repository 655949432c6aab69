import { homedir } from 'node:os';
import { loadKubeconfig } from '../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import { createTransport } from '../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import type { KubeTransport } from '../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

/** The product's own way to a context of a kubeconfig file. */
export async function connect(file: string, contextName = 'admin'): Promise<KubeTransport> {
  const kubeconfig = await loadKubeconfig({ setting: file, env: {}, home: homedir() });
  const context = kubeconfig.context(contextName);
  if (!context)
    throw new Error(`${file} has no usable context ${contextName}: ${kubeconfig.summary.problems.join(' ')}`);
  return createTransport(context);
}
