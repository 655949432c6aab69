/** What tests and benches of tunnels share: pods with real processes behind them, and kubectl's port-forward. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PodDialer, PodTarget } from '../../src/engine/dataplane/tunnels/tunnels.ts';
import { until } from '../integration/until.ts';
import { connect } from './connect.ts';
import { kubectlProgram, type RealCluster } from './real-cluster.ts';

/** Creates a pod with processes of this machine behind its ports, and waits until it runs. */
export async function startPod(
  cluster: RealCluster,
  name: string,
  ports: Readonly<Record<number, number>>,
): Promise<void> {
  await cluster.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image: 'app' }] },
    }),
  );
  await cluster.back(name, 'default', ports);
  await until(
    `pod ${name} to run`,
    async () => (await cluster.kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}')) === 'Running',
    60_000,
  );
}

export function podTarget(pod: string, port: number, context = 'token'): PodTarget {
  return { context, namespace: 'default', pod, port };
}

/** As the engine finds the servers of its connected contexts. */
export async function dialerOf(cluster: RealCluster, context = 'token'): Promise<PodDialer & Disposable> {
  const transport = await connect(cluster.kubeconfig, context);
  const dial: PodDialer = ({ namespace, pod, port }, refused) =>
    transport.webSocket(`/api/v1/namespaces/${namespace}/pods/${pod}/portforward`, { ports: port }, refused);
  return Object.assign(dial, { [Symbol.dispose]: () => transport.dispose() });
}

export interface KubectlForward {
  readonly port: number;
  stop(): Promise<void>;
}

export async function kubectlPortForward(cluster: RealCluster, pod: string, port: number): Promise<KubectlForward> {
  const child = spawn(kubectlProgram, ['--kubeconfig', cluster.kubeconfig, 'port-forward', `pod/${pod}`, `:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const local = await until('kubectl to listen', () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  return {
    port: Number(local),
    async stop() {
      child.kill();
      await exited;
    },
  };
}
