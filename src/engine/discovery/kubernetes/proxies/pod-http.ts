import { request } from 'node:http';
import { KubeFailure } from '../transport/kube-transport.ts';

/** A way to a port of a pod that is open while somebody uses it. */
interface OpenTunnel {
  /** Unix socket, or named pipe. */
  readonly socketPath: string;
  close(): Promise<void>;
}

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Opens ways into pods. Each caller has one of its own and closes it. */
export type OpenPodTunnel = (target: PodPort) => Promise<OpenTunnel>;

export interface PodRequest {
  readonly path: string;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  /** Bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks a port of a pod over HTTP. Rejects with `KubeFailure`; an answer of 400 or more is `protocol`. */
export async function podGet(open: OpenPodTunnel, target: PodPort, question: PodRequest): Promise<string> {
  const name = `${target.namespace}/${target.pod}:${target.port}`;
  const tunnel = await open(target);
  try {
    return await get(tunnel.socketPath, name, question);
  } finally {
    await tunnel.close();
  }
}

function get(socketPath: string, name: string, { path, timeoutMs, maxBytes, signal }: PodRequest): Promise<string> {
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (reason: KubeFailure['reason'], message: string): void => reject(new KubeFailure(reason, message));
    const onError = (): void => {
      if (signal?.aborted) fail('aborted', 'Cancelled.');
      else if (limit.aborted) fail('timeout', `${name} did not answer within ${timeoutMs / 1000} s. Try it again.`);
      else
        fail(
          'unreachable',
          `${name} cannot be reached by port-forward. See whether the pod is running, then try it again.`,
        );
    };
    const asked = request(
      {
        socketPath,
        path,
        method: 'GET',
        headers: { host: 'localhost', connection: 'close', accept: 'application/json' },
        agent: false,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) {
            fail('too-large', `${name} answers with more than ${Math.round(maxBytes / 1_048_576)} MiB.`);
            asked.destroy();
          } else chunks.push(chunk);
        });
        answer.on('error', onError);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(Buffer.concat(chunks).toString('utf8'));
          else fail('protocol', `${name} answers ${path} with ${status}.`);
        });
      },
    );
    asked.on('error', onError);
    asked.end();
  });
}
