import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { until } from '../integration/until.ts';

export interface RealClusterOptions {
  /** Also istiod; needs `realIstioMissing` to be false. */
  readonly istio?: boolean;
  /** Nodes, played by kwok. Default 2. */
  readonly nodes?: number;
  /** Leaves out the custom resource definitions of Istio and the Gateway API. */
  readonly withoutCrds?: boolean;
}

export interface RealProxyOptions {
  readonly namespace?: string;
  readonly gateway?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly ip?: string;
}

/** A real Kubernetes control plane on 127.0.0.1. Pods are played by kwok; their IPs lead nowhere and must never be asked. */
export interface RealCluster {
  /** Keys, data, logs, pids. Gone after `stop`. */
  readonly folder: string;
  /** Path of a kubeconfig with the contexts `admin` (certificate), `token` (cluster admin) and `guest` (no rights). */
  readonly kubeconfig: string;
  /** Runs kubectl as administrator and returns what it prints; rejects with its complaint. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Server-side apply of YAML (or JSON) text. */
  apply(yaml: string): Promise<string>;
  /** Resolves when the API server serves the kind of the definition `name` (`plural.group`). */
  served(name: string): Promise<void>;
  /** Puts local processes behind a pod: port of the pod → port on 127.0.0.1, reached by port-forward. */
  back(pod: string, namespace: string, ports: Readonly<Record<number, number>>): Promise<void>;
  /** Starts a real sidecar or gateway of its Istio. `admin` is `127.0.0.1:port`. */
  proxy(name: string, options?: RealProxyOptions): Promise<{ readonly admin: string; readonly ip: string }>;
  /** Kills the API server and starts it again on the same port; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /** Process id of `etcd`, `kube-apiserver`, `kwok`, `istiod`, …: changes with a restart. */
  pid(name: string): Promise<number>;
  /** Ends everything and removes the folder. Happens too when the test process ends without it. */
  stop(): Promise<void>;
}

const scripts = process.env['MESHLENS_CLUSTER_SCRIPTS'] ?? '';
const binaries = process.env['MESHLENS_CLUSTER_BIN'] ?? path.join(homedir(), '.cache/meshlens-cluster/bin');

/** The kubectl of the cluster's version, for what runs longer than `RealCluster.kubectl`. */
export const kubectlProgram = path.join(binaries, 'kubectl');

export const istioctlProgram = path.join(binaries, 'istioctl');

function missing(programs: readonly string[], build: string): string | false {
  if (scripts === '') return 'MESHLENS_CLUSTER_SCRIPTS names no scripts that start a real cluster';
  if (!existsSync(path.join(scripts, 'up'))) return `${scripts} holds no script "up" that starts a real cluster`;
  const absent = programs.filter((name) => !existsSync(path.join(binaries, name)));
  return absent.length > 0 && `${absent.join(', ')} not built (run: ${path.join(scripts, build)})`;
}

/** Why there is no real cluster here, for `{ skip: realClusterMissing }`; false where there is one. */
export const realClusterMissing = missing(
  ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok'],
  'build',
);

/** Why there is no real Istio here; false where there is one. */
export const realIstioMissing =
  realClusterMissing || missing(['pilot-discovery', 'pilot-agent', 'istioctl'], 'build --istio');

function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${path.basename(command)} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
    // A program that has seen enough closes its input: its own complaint is what is told.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/**
 * Starts a cluster; takes some 11 s (more with Istio, or on a busy machine), so a test file starts one and shares it. Only
 * where `realClusterMissing` (with Istio `realIstioMissing`) is false.
 */
export async function startRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  const reason = options.istio ? realIstioMissing : realClusterMissing;
  if (reason !== false) throw new Error(`There is no real cluster here: ${reason}.`);
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-cluster-'));
  const flags = [
    ...(options.istio ? ['--istio'] : []),
    ...(options.withoutCrds ? ['--no-crds'] : []),
    ...(options.nodes === undefined ? [] : ['--nodes', String(options.nodes)]),
  ];
  // A session of its own: the interrupt of a terminal ends the test, and the guardian ends the cluster after it.
  const guardian = spawn(path.join(import.meta.dirname, 'guardian.sh'), [scripts, folder, ...flags], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => {
    guardian.once('exit', () => resolve());
    guardian.once('error', () => resolve());
  });
  const complaint = text(guardian.stderr).catch(() => '');
  const stop = async (): Promise<void> => {
    guardian.ref();
    guardian.stdin.end();
    await gone;
  };
  const answer = await new Promise<string>((resolve) => {
    guardian.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    void gone.then(() => resolve('failed'));
  });
  if (answer !== 'ready') {
    await stop();
    throw new Error(`The cluster did not start: ${(await complaint).trim()}`);
  }
  // A test that forgets `stop` ends all the same, and its cluster with it.
  guardian.unref();
  for (const stream of [guardian.stdin, guardian.stdout, guardian.stderr]) {
    if (stream instanceof Socket) stream.unref();
  }

  const kubeconfig = path.join(folder, 'kubeconfig');
  const kubectlArguments = ['--kubeconfig', kubeconfig, '--cache-dir', path.join(folder, 'cache')];
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    run(kubectlProgram, [...kubectlArguments, ...args], input);
  return {
    folder,
    kubeconfig,
    kubectl: (...args) => kubectl(args),
    apply: (yaml) => kubectl(['apply', '--server-side', '-f', '-'], yaml),
    // `kubectl wait` gives up on a definition that is so new that its status has no conditions yet.
    async served(name) {
      await until(`${name} to be served`, () => kubectl(['get', name, '--all-namespaces']));
    },
    async back(pod, namespace, ports) {
      const pairs = Object.entries(ports).map(([port, local]) => `${port}=${local}`);
      await run(path.join(scripts, 'back'), [folder, `${pod}.${namespace}`, ...pairs]);
    },
    async proxy(name, { namespace = 'default', gateway, labels, serviceAccount, ip } = {}) {
      const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
      const said = await run(path.join(scripts, 'proxy'), [
        folder,
        `${name}.${namespace}`,
        ...(gateway ? ['--gateway'] : []),
        ...(pairs.length > 0 ? ['--labels', pairs.join(',')] : []),
        ...(serviceAccount === undefined ? [] : ['--service-account', serviceAccount]),
        ...(ip === undefined ? [] : ['--ip', ip]),
      ]);
      const [admin = '', address = ''] = said.trim().split(/\s+/).slice(-2);
      return { admin, ip: address };
    },
    async restartApiServer() {
      await run(path.join(folder, 'restart-apiserver'), []);
      await until('the API server', () => kubectl(['get', '--raw', '/readyz']));
    },
    async pid(name) {
      const lines = (await readFile(path.join(folder, 'pids'), 'utf8')).split('\n').map((line) => line.split(' '));
      const [pid] = lines.findLast(([, program]) => program === name) ?? [];
      if (pid === undefined) throw new Error(`No ${name} runs in this cluster.`);
      return Number(pid);
    },
    stop,
  };
}
