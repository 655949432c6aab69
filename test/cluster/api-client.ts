import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import path from 'node:path';
import type { RealCluster } from './real-cluster.ts';

/** An object as the API server writes it. */
export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Asks a real cluster's API server as administrator, by ways that the product does not use. */
export interface ApiClient {
  /** The parsed answer; rejects where the status is not 2xx, but for those that are allowed. */
  send(method: string, path: string, body?: unknown, allowed?: readonly number[]): Promise<unknown>;
  /** As `send`, where nobody reads the answer: the server need not write out the object. */
  change(method: string, path: string, body?: unknown, allowed?: readonly number[]): Promise<void>;
  /** Every object of a path, in pages of 500. */
  list(path: string): Promise<readonly RawObject[]>;
  dispose(): void;
}

export async function apiClient(cluster: Pick<RealCluster, 'folder'>, connections = 24): Promise<ApiClient> {
  const read = (name: string): Promise<string> => readFile(path.join(cluster.folder, name), 'utf8');
  const [ca, cert, key, kubeconfig] = await Promise.all(['ca.crt', 'admin.crt', 'admin.key', 'kubeconfig'].map(read));
  const server = new URL(/server: "?(https:[^"}]+)/.exec(kubeconfig ?? '')?.[1] ?? '');
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key });
  const ask = (
    method: string,
    target: string,
    accept: string,
    body: unknown,
    allowed: readonly number[],
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const message = request(
        {
          agent,
          method,
          host: server.hostname,
          port: server.port,
          path: target,
          headers: {
            accept,
            ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const answer = Buffer.concat(chunks).toString();
            if (status < 300) resolve(JSON.parse(answer || 'null'));
            else if (allowed.includes(status)) resolve(undefined);
            else reject(new Error(`${method} ${target}: ${status} ${answer.slice(0, 300)}`));
          });
        },
      );
      message.on('error', reject);
      message.end(text);
    });
  const send: ApiClient['send'] = (method, target, body, allowed = []) =>
    ask(method, target, 'application/json', body, allowed);
  return {
    send,
    async change(method, target, body, allowed = []) {
      await ask(method, target, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', body, allowed);
    },
    async list(target) {
      const items: RawObject[] = [];
      for (let token = ''; ;) {
        const page = (await send('GET', `${target}?limit=500${token && `&continue=${encodeURIComponent(token)}`}`)) as {
          readonly metadata: { readonly continue?: string };
          readonly items: readonly RawObject[];
        };
        items.push(...page.items);
        token = page.metadata.continue ?? '';
        if (token === '') return items;
      }
    },
    dispose: () => agent.destroy(),
  };
}
