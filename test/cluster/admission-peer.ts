import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type { UntrustedRecord } from '../../src/shared/untrusted.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../src/shared/untrusted.ts';
import { apiClient } from './api-client.ts';
import type { RealCluster } from './real-cluster.ts';

export interface Admission {
  /** Why API server or webhook refuse the object; undefined where both take it. */
  readonly refusal?: string;
  readonly warnings: readonly string[];
}

/** Asks a real API server, by a dry run, and a real istiod's webhook whether they would take an object of Istio. */
export interface AdmissionPeer {
  ask(object: UntrustedRecord): Promise<Admission>;
  dispose(): void;
}

export async function admissionPeer(cluster: Pick<RealCluster, 'folder' | 'pid'>): Promise<AdmissionPeer> {
  const client = await apiClient(cluster);
  const command = await readFile(path.join('/proc', String(await cluster.pid('istiod')), 'cmdline'), 'utf8');
  const address = new URL(`https://${command.split('\0')[command.split('\0').indexOf('--httpsAddr') + 1] ?? ''}`);
  // Its certificate is for its name in the cluster.
  const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });

  const askServer = async (object: UntrustedRecord): Promise<string | undefined> => {
    const kind = stringOf(object.kind) ?? '';
    const plural = `${kind.toLowerCase().replace(/(?<=[^aeiou])y$/, 'ie')}s`;
    const namespace = stringOf(valueAt(object, ['metadata', 'namespace'])) ?? '';
    const target = `/apis/${stringOf(object.apiVersion) ?? ''}/namespaces/${namespace}/${plural}`;
    try {
      await client.change('POST', `${target}?dryRun=All&fieldValidation=Strict`, object);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  const askWebhook = async (object: UntrustedRecord): Promise<Admission> => {
    const [group, version] = (stringOf(object.apiVersion) ?? '').split('/');
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: 'a',
        operation: 'CREATE',
        kind: { group, version, kind: object.kind },
        namespace: valueAt(object, ['metadata', 'namespace']),
        object,
      },
    };
    const text = JSON.stringify(review);
    const answer = await new Promise<unknown>((resolve, reject) => {
      const message = request(
        {
          agent,
          method: 'POST',
          host: address.hostname,
          port: address.port,
          path: '/validate',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => void json(response).then(resolve, reject),
      );
      message.once('error', reject);
      message.end(text);
    });
    const response = fieldOf(answer, 'response');
    const warnings = listOf(fieldOf(response, 'warnings')).map(String);
    if (fieldOf(response, 'allowed') === true) return { warnings };
    return { refusal: stringOf(valueAt(response, ['status', 'message'])) ?? 'no reason', warnings };
  };

  return {
    async ask(object) {
      const [server, webhook] = await Promise.all([askServer(object), askWebhook(object)]);
      const refusal = [server, webhook.refusal].filter((reason) => reason !== undefined).join('\n');
      return { ...(refusal !== '' && { refusal }), warnings: webhook.warnings };
    },
    dispose() {
      client.dispose();
      agent.destroy();
    },
  };
}
