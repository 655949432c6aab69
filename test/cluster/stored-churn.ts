/** Changes what an API server has stored, behind its back: it tells its watchers of each change all the same. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { churnLabel, type Churn } from './generator.ts';
import type { RealCluster } from './real-cluster.ts';

interface StoredObject {
  readonly key: string;
  /** As the API server wrote it; one label of it is overwritten in place. */
  readonly value: Buffer;
  /** Where the label's value is. */
  readonly at: number;
  /** Revision of its last change; 0 while it is removed. */
  revision: string;
}

interface Answer {
  readonly header: { readonly revision: string };
  readonly succeeded?: boolean;
  readonly kvs?: readonly { readonly key: string; readonly value: string; readonly mod_revision: string }[];
  readonly more?: boolean;
}

const inFlight = 64;
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

/** Value of the label, in what the server stores: protobuf of its own kinds, JSON of others. */
function labelIn(value: Buffer): number {
  const width = churnLabel.value.length;
  for (const written of [`${churnLabel.name}\x12${String.fromCharCode(width)}`, `"${churnLabel.name}":"`]) {
    const at = value.indexOf(written, 0, 'latin1');
    if (at >= 0) return at + written.length;
  }
  return -1;
}

class Store {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async objectsUnder(prefix: string): Promise<StoredObject[]> {
    const objects: StoredObject[] = [];
    const end = base64(`${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`);
    for (let from = base64(prefix); ;) {
      const { kvs = [], more } = await this.#ask('/v3/kv/range', { key: from, range_end: end, limit: 500 });
      for (const { key, value, mod_revision } of kvs) {
        const bytes = Buffer.from(value, 'base64');
        const at = labelIn(bytes);
        if (at >= 0) objects.push({ key, value: bytes, at, revision: mod_revision });
      }
      const last = kvs.at(-1)?.key;
      if (!more || last === undefined) return objects;
      from = base64(Buffer.concat([Buffer.from(last, 'base64'), Buffer.of(0)]));
    }
  }

  /** Writes or removes an object, unless somebody else changed it since: then it is read anew. */
  async change(object: StoredObject, isRemoval: boolean): Promise<boolean> {
    const { key, value, revision } = object;
    const put = { request_put: { key, value: base64(value) } };
    const { header, succeeded } = await this.#ask('/v3/kv/txn', {
      compare: [{ key, target: 'MOD', mod_revision: revision, result: 'EQUAL' }],
      success: [isRemoval ? { request_delete_range: { key } } : put],
    });
    if (succeeded === true) object.revision = isRemoval ? '0' : header.revision;
    return succeeded === true;
  }

  dispose(): void {
    this.#agent.destroy();
  }

  #ask(target: string, body: unknown): Promise<Answer> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const message = request(`http://${this.#address}${target}`, { agent: this.#agent, method: 'POST', headers });
      message.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(answer) as Answer);
          else reject(new Error(`etcd answers ${target} with ${response.statusCode ?? 0}: ${answer.slice(0, 300)}`));
        });
      });
      message.on('error', reject);
      message.end(text);
    });
  }
}

/**
 * Changes the generated objects at a rate, evenly, in the store of the API server: through the server itself a change of a
 * pod takes some 9 ms of processor time, so that two cores get to 200 a second at most. One change in 25 removes a pod or
 * puts one back; the others set a label of a pod (nine in ten), a service or a policy.
 */
export async function churnStored(
  cluster: Pick<RealCluster, 'folder'>,
  { rate, seconds, random }: { readonly rate: number; readonly seconds: number; readonly random: () => number },
): Promise<Churn> {
  const address = (await readFile(path.join(cluster.folder, 'etcd.address'), 'utf8')).trim();
  const store = new Store(address);
  const pods = await store.objectsUnder('/registry/pods/team-');
  const others = [
    ...(await store.objectsUnder('/registry/services/specs/team-')),
    ...(await store.objectsUnder('/registry/networking.istio.io/virtualservices/team-')),
  ];
  if (pods.length === 0 || others.length === 0) throw new Error('The generated objects are not in etcd.');
  const busy = new Set<Promise<void>>();
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let made = 0;
  let changes = 0;
  const changed = async (): Promise<void> => {
    const isPod = random() < 0.9;
    const from = isPod ? pods : others;
    const [object] = from.splice(Math.floor(random() * from.length), 1);
    if (!object) return;
    const isGone = object.revision === '0';
    object.value.write(String(++made).padStart(churnLabel.value.length, '0'), object.at, 'latin1');
    if (await store.change(object, isPod && !isGone && random() < 0.02)) changes++;
    // One that somebody else changes meanwhile is left to him.
    else return;
    from.push(object);
  };
  let due = 0;
  try {
    while (elapsed() < seconds) {
      for (; due < Math.floor(elapsed() * rate) && busy.size < inFlight; due++) {
        const one: Promise<void> = changed().finally(() => busy.delete(one));
        busy.add(one);
      }
      await Promise.race([new Promise<void>((resolve) => setTimeout(resolve, 5)), ...busy]);
    }
    await Promise.all(busy);
    // Pods that are gone at the end come back, so that there are as many as before.
    for (const pod of pods.filter(({ revision }) => revision === '0')) {
      if (await store.change(pod, false)) changes++;
    }
    return { changes, seconds: elapsed() };
  } finally {
    store.dispose();
  }
}
