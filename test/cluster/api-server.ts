import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import yaml from 'js-yaml';
import { fieldOf, listOf, stringOf, valueAt } from '../../src/shared/untrusted.ts';

export interface ApiAnswer {
  readonly status: number;
  /** The value of the JSON; undefined where the answer is none. */
  readonly value: unknown;
  /** What the server says for people: why it refuses. */
  readonly message: string;
}

/** A body in the YAML or JSON that the server itself reads. */
export interface ApiBody {
  readonly type: string;
  readonly text: string;
}

export const jsonBody = (value: unknown): ApiBody => ({ type: 'application/json', text: JSON.stringify(value) });

/** A kind as the API server serves it. */
export interface ServedKind {
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Path of all its objects. */
  readonly everywhere: string;
  /** Path of its objects in a namespace; of kinds without namespaces the same as `everywhere`. */
  in(namespace: string): string;
}

/** Plain requests to a test cluster's API server, as the administrator with the token, over connections that are kept. */
export class ApiServer {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;
  readonly #kinds = new Map<string, ReadonlyMap<string, ServedKind>>();

  private constructor(server: string, token: string, ca: string | Buffer) {
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, ca });
  }

  static async of(kubeconfig: string): Promise<ApiServer> {
    const config = yaml.load(await readFile(kubeconfig, 'utf8'));
    const cluster = valueAt(config, ['clusters', 0, 'cluster']);
    const inline = stringOf(fieldOf(cluster, 'certificate-authority-data'));
    const ca =
      inline === undefined
        ? await readFile(stringOf(fieldOf(cluster, 'certificate-authority')) ?? '')
        : Buffer.from(inline, 'base64');
    const tokens = listOf(fieldOf(config, 'users')).map((user) => stringOf(valueAt(user, ['user', 'token'])));
    return new ApiServer(stringOf(fieldOf(cluster, 'server')) ?? '', tokens.find(Boolean) ?? '', ca);
  }

  ask(method: string, path: string, body?: ApiBody, accept = 'application/json'): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#server}${path}`,
        {
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept,
            ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
          },
        },
        (response) => {
          text(response).then((said) => resolve(answerOf(response.statusCode ?? 0, said)), reject);
        },
      );
      call.on('error', reject);
      call.end(body?.text);
    });
  }

  /** The kind as it is served; undefined where it is not. What was served once is not asked for again. */
  async kind(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const known = this.#kinds.get(apiVersion)?.get(kind);
    if (known) return known;
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { status, value } = await this.ask('GET', base);
    if (status !== 200) return undefined;
    const kinds = new Map(
      listOf(fieldOf(value, 'resources')).flatMap((resource): [string, ServedKind][] => {
        const plural = stringOf(fieldOf(resource, 'name')) ?? '';
        const name = stringOf(fieldOf(resource, 'kind')) ?? '';
        const isNamespaced = fieldOf(resource, 'namespaced') === true;
        const place = (namespace: string): string =>
          isNamespaced ? `${base}/namespaces/${namespace}/${plural}` : `${base}/${plural}`;
        return plural.includes('/')
          ? []
          : [[name, { plural, isNamespaced, everywhere: `${base}/${plural}`, in: place }]];
      }),
    );
    this.#kinds.set(apiVersion, kinds);
    return kinds.get(kind);
  }

  /** `namespace/name` of every object under a path; `fromCache`: as the server's watch cache has it this moment. */
  async names(path: string, fromCache = false): Promise<readonly string[]> {
    const { status, value, message } = await this.ask(
      'GET',
      fromCache ? `${path}?resourceVersion=0` : path,
      undefined,
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    );
    // A kind that was removed has no objects.
    if (status === 404) return [];
    if (status !== 200) throw new Error(`GET ${path}: ${message}`);
    return listOf(fieldOf(value, 'items'))
      .map((item) =>
        [valueAt(item, ['metadata', 'namespace']), valueAt(item, ['metadata', 'name'])].map(stringOf).join('/'),
      )
      .sort();
  }

  close(): void {
    this.#agent.destroy();
  }
}

function answerOf(status: number, said: string): ApiAnswer {
  try {
    const value = JSON.parse(said) as unknown;
    return { status, value, message: stringOf(fieldOf(value, 'message')) ?? '' };
  } catch {
    return { status, value: undefined, message: said };
  }
}
