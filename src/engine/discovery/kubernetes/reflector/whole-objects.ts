import type { MeshObject } from '../../../model/mesh-object.ts';
import { parseJson } from '../json/json-bytes.ts';
import { resourcePath } from '../resources/served-resource.ts';
import type { KubeTransport } from '../transport/kube-transport.ts';
import { identityOf } from './change-batch.ts';
import { Refusal, refusalOfResponse } from './refusal.ts';
import { typeOf, type ReflectorTarget } from './target.ts';

const parallel = 4;
const maximumBytes = 4 * 1024 * 1024;

/**
 * Fetches the few objects that are wanted whole of a kind that is followed by its metadata. Following all ConfigMaps of a
 * cluster for the sake of five would cost megabytes.
 */
export class WholeObjects {
  readonly #transport: KubeTransport;
  readonly #target: ReflectorTarget;
  /** The last of each, by which a list need not fetch it again. */
  readonly #known = new Map<string, MeshObject>();

  constructor(transport: KubeTransport, target: ReflectorTarget) {
    this.#transport = transport;
    this.#target = target;
  }

  /** The same objects, the wanted ones whole. Rejects with `Refusal` or `KubeFailure`. */
  async complete(objects: readonly MeshObject[], signal: AbortSignal): Promise<readonly MeshObject[]> {
    const { whole } = this.#target.kind;
    if (!whole) return objects;
    const completed = [...objects];
    const missing = [...completed.entries()].filter(([, object]) => whole.wants(object));
    const worker = async (): Promise<void> => {
      for (let next = missing.shift(); next; next = missing.shift()) {
        const [at, object] = next;
        completed[at] = await this.#fetch(object, whole.decode, signal);
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, missing.length) }, worker));
    return completed;
  }

  /** The object is gone. */
  forget(object: MeshObject): void {
    this.#known.delete(identityOf(object));
  }

  async #fetch(
    object: MeshObject,
    decode: ReflectorTarget['kind']['decode'],
    signal: AbortSignal,
  ): Promise<MeshObject> {
    const id = identityOf(object);
    const known = this.#known.get(id);
    if (known && known.resourceVersion === object.resourceVersion && known.uid === object.uid) return known;
    const response = await this.#transport.request({
      path: resourcePath(this.#target.resource, object.namespace, object.name),
      headers: { accept: 'application/json' },
      maxBytes: maximumBytes,
      signal,
    });
    // It went meanwhile, which its event will tell; or who may list may not get: the metadata is what there is.
    if (response.status === 404 || response.status === 403) return object;
    if (response.status !== 200) throw refusalOfResponse(response.status, response.headers, response.body);
    const whole = decode(parseJson(response.body.toString('utf8')), typeOf(this.#target));
    if (!whole) throw new Refusal(500, '', 'The API server sent an object without a name.', undefined);
    this.#known.set(id, whole);
    return whole;
  }
}
