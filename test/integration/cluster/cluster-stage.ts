/** Puts documents into a real cluster as they stand, waits until they live, and takes everything away again. */
import yaml from 'js-yaml';
import { ApiServer, jsonBody, type ServedKind } from '../../cluster/api-server.ts';
import { ClusterState } from '../../cluster/cluster-state.ts';
import type { RealCluster } from '../../cluster/real-cluster.ts';
import type { UntrustedRecord } from '../../../src/shared/untrusted.ts';
import { fieldOf, listOf, recordOf, stringOf, valueAt } from '../../../src/shared/untrusted.ts';
import { ground } from './stage-ground.ts';
import { until } from '../until.ts';

export interface StagedDocument {
  readonly text: string;
  /** Why it is not in the cluster; undefined where it is. */
  readonly refused?: string;
}

interface Created {
  readonly path: string;
  readonly kind: ServedKind;
  readonly object: UntrustedRecord;
  readonly namespace: string;
}

/** The documents of a text; those with nothing in them are none. */
export function documentsIn(text: string): readonly string[] {
  return text.split(/^---(?:[ \t].*)?$/m).filter((document) => /^\s*[^#\s]/m.test(document));
}

const isWebhook = ({ kind }: UntrustedRecord): boolean => /WebhookConfiguration$/.test(stringOf(kind) ?? '');
const isDefinition = ({ kind }: UntrustedRecord): boolean => kind === 'CustomResourceDefinition';
const isNamespace = ({ kind, apiVersion }: UntrustedRecord): boolean => kind === 'Namespace' && apiVersion === 'v1';
const nameOf = (object: UntrustedRecord): string => stringOf(valueAt(object, ['metadata', 'name'])) ?? '';
const namespaceOf = (object: UntrustedRecord): string =>
  stringOf(valueAt(object, ['metadata', 'namespace'])) ?? 'default';

/** Namespaces come first, then what defines kinds; what is asked about every object comes last. */
const turnOf = (object: UntrustedRecord): number =>
  isNamespace(object) ? 0 : isDefinition(object) ? 1 : isWebhook(object) ? 3 : 2;

export class ClusterStage {
  readonly #api: ApiServer;
  readonly #state: ClusterState;
  /** Paths of the kinds that are to be looked at before somebody else does. */
  readonly #touched = new Set<string>();
  readonly #namespaces = new Set<string>();

  private constructor(api: ApiServer, state: ClusterState) {
    this.#api = api;
    this.#state = state;
  }

  static async on(cluster: RealCluster): Promise<ClusterStage> {
    const api = await ApiServer.of(cluster.kubeconfig);
    for (const part of ground) await cluster.apply(part);
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
    await until('the name service', async () => replicasAlive((await api.ask('GET', path)).value));
    await until('the injector', async () => {
      const answer = await api.ask('POST', '/api/v1/namespaces/default/pods?dryRun=All', jsonBody(injectedPod));
      return listOf(valueAt(answer.value, ['spec', 'containers'])).length === 2;
    });
    return new ClusterStage(api, await ClusterState.of(cluster));
  }

  /** Resolves when every pod runs and the API server tells everybody of everything. */
  async put(texts: readonly string[]): Promise<readonly StagedDocument[]> {
    const documents = texts.map((text) => ({ text, ...readDocument(text) }));
    const refusals = new Map<(typeof documents)[number], string>();
    const created: Created[] = [];
    const inTurn = documents
      .flatMap((document) => document.objects.map((object) => ({ document, object })))
      .sort((a, b) => turnOf(a.object) - turnOf(b.object));
    for (const turn of [0, 1, 2, 3]) {
      for (const { document, object } of inTurn.filter((each) => turnOf(each.object) === turn)) {
        const answer = await this.#create(object, document.isList ? undefined : document.text);
        if (typeof answer === 'string') refusals.set(document, answer);
        else created.push(answer);
      }
      if (turn === 0) await this.#makeRoom(documents.flatMap(({ objects }) => objects));
      if (turn === 2) await this.#alive(created);
    }
    for (const { kind } of created) this.#touched.add(kind.everywhere);
    await this.#told();
    this.#assertNothingElse(await this.#state.added(), created);
    return documents.map((document) => {
      const { text, problem = refusals.get(document) } = document;
      return problem === undefined ? { text } : { text, refused: problem };
    });
  }

  /** The controller's object behind each pod that a controller made: `Pod namespace/name` → `Kind namespace/name`. */
  async ownersOfPods(): Promise<ReadonlyMap<string, string>> {
    const owners = new Map<string, string>();
    const read = async (path: string): Promise<readonly unknown[]> =>
      listOf(fieldOf((await this.#api.ask('GET', path)).value, 'items'));
    const ownerOf = (item: unknown): string | undefined => {
      const [owner] = listOf(valueAt(item, ['metadata', 'ownerReferences']));
      const namespace = stringOf(valueAt(item, ['metadata', 'namespace'])) ?? '';
      return owner === undefined
        ? undefined
        : `${String(fieldOf(owner, 'kind'))} ${namespace}/${String(fieldOf(owner, 'name'))}`;
    };
    const keyOf = (item: unknown): string =>
      `${String(valueAt(item, ['metadata', 'namespace']))}/${String(valueAt(item, ['metadata', 'name']))}`;
    const sets = new Map(
      (await read('/apis/apps/v1/replicasets')).map((set) => [`ReplicaSet ${keyOf(set)}`, ownerOf(set)]),
    );
    for (const pod of await read('/api/v1/pods')) {
      const owner = ownerOf(pod);
      if (owner !== undefined) owners.set(`Pod ${keyOf(pod)}`, sets.get(owner) ?? owner);
    }
    return owners;
  }

  /** Resolves when nothing of what was put is there, and the API server tells everybody so. */
  async clear(): Promise<void> {
    await this.#state.restore();
    await this.#told();
    await this.#state.restore();
    this.#touched.clear();
    this.#namespaces.clear();
  }

  close(): void {
    this.#api.close();
  }

  /** Namespaces that nobody declares, and in all of them the service accounts that pods go by. */
  async #makeRoom(objects: readonly UntrustedRecord[]): Promise<void> {
    const declared = objects.filter((object) => isNamespace(object)).map(nameOf);
    const used = await Promise.all(
      objects.map(async (object) => {
        const kind = await this.#api.kind(stringOf(object['apiVersion']) ?? '', stringOf(object['kind']) ?? '');
        return kind?.isNamespaced === true ? [namespaceOf(object)] : [];
      }),
    );
    const missing = [...new Set(used.flat())].filter((name) => !declared.includes(name));
    for (const name of missing) await this.#api.ask('POST', '/api/v1/namespaces', jsonBody(named(name)));
    for (const name of [...declared, ...missing]) this.#namespaces.add(name);
    const accounts = new Set([...declared, ...missing].map((namespace) => `${namespace}/default`));
    for (const object of objects) {
      for (const spec of [
        ['spec'],
        ['spec', 'template', 'spec'],
        ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
      ]) {
        const account = stringOf(valueAt(object, [...spec, 'serviceAccountName']));
        if (account !== undefined) accounts.add(`${namespaceOf(object)}/${account}`);
      }
    }
    const isDeclared = (account: string): boolean =>
      objects.some((each) => each['kind'] === 'ServiceAccount' && `${namespaceOf(each)}/${nameOf(each)}` === account);
    for (const account of [...accounts].filter((each) => !isDeclared(each))) {
      const [namespace = '', name = ''] = account.split('/');
      await this.#api.ask('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, jsonBody(named(name)));
    }
    for (const kind of ['namespaces', 'serviceaccounts', 'pods']) this.#touched.add(`/api/v1/${kind}`);
  }

  /** The object as it is created, or why not. `text`: for the server to read itself. */
  async #create(object: UntrustedRecord, text: string | undefined): Promise<Created | string> {
    const apiVersion = stringOf(object['apiVersion']) ?? '';
    const name = nameOf(object);
    const kind = await this.#api.kind(apiVersion, stringOf(object['kind']) ?? '');
    if (!kind) return `no such kind: ${apiVersion}/${String(object['kind'])}`;
    const namespace = kind.isNamespaced ? namespaceOf(object) : '';
    const collection = kind.in(namespace);
    const path = `${collection}/${encodeURIComponent(name)}`;
    const answer = isNamespace(object)
      ? // Some are there from the start.
        await this.#api.ask('PATCH', `${path}?fieldManager=stage&force=true`, {
          type: 'application/apply-patch+yaml',
          text: JSON.stringify(object),
        })
      : await this.#api.ask(
          'POST',
          collection,
          text === undefined ? jsonBody(object) : { type: 'application/yaml', text },
        );
    if (answer.status >= 300) return answer.message;
    const status = recordOf(object['status']);
    if (status) {
      await this.#api.ask('PATCH', `${path}/status`, {
        type: 'application/merge-patch+json',
        text: JSON.stringify({ status }),
      });
    }
    return { path, kind, object, namespace };
  }

  /** Waits for what controllers and nodes make of the objects. */
  async #alive(created: readonly Created[]): Promise<void> {
    for (const { path, object } of created) {
      const isAlive = signsOfLife[stringOf(object['kind']) ?? ''];
      if (!isAlive || recordOf(object['status'])) continue;
      await until(`${path} to live`, async () => isAlive((await this.#api.ask('GET', path)).value), 30_000);
    }
  }

  /** Watch caches follow etcd with a delay; tools are told what is in the caches. */
  async #told(): Promise<void> {
    for (const path of this.#touched) {
      await until(`the server to tell of ${path}`, async () => {
        const [told, held] = [await this.#api.names(path, true), await this.#api.names(path)];
        return told.join() === held.join();
      });
    }
  }

  /** Of what is in the cluster now, everything belongs to what was put. */
  #assertNothingElse(keys: readonly string[], created: readonly Created[]): void {
    const names = new Set(created.map(({ object }) => nameOf(object)));
    const other = keys.filter((key) => {
      const parts = key.split('/').slice(2);
      return (
        parts[0] !== 'ipaddresses' &&
        !parts.some((part) => this.#namespaces.has(part)) &&
        !names.has(parts.at(-1) ?? '')
      );
    });
    if (other.length > 0) throw new Error(`Left from elsewhere: ${other.join(', ')}`);
  }
}

type SignOfLife = (object: unknown) => boolean;

const numberAt = (object: unknown, ...path: readonly string[]): number => Number(valueAt(object, path) ?? 0);
const isObserved: SignOfLife = (object) =>
  numberAt(object, 'status', 'observedGeneration') >= numberAt(object, 'metadata', 'generation');
const replicasAlive: SignOfLife = (object) =>
  isObserved(object) && numberAt(object, 'status', 'readyReplicas') === numberAt(object, 'spec', 'replicas');

const signsOfLife: Readonly<Partial<Record<string, SignOfLife>>> = {
  Pod: (object) => /^(?:Running|Succeeded|Failed)$/.test(String(valueAt(object, ['status', 'phase']))),
  Deployment: replicasAlive,
  StatefulSet: replicasAlive,
  ReplicaSet: replicasAlive,
  DaemonSet: (object) =>
    isObserved(object) &&
    numberAt(object, 'status', 'numberReady') === numberAt(object, 'status', 'desiredNumberScheduled'),
  Job: (object) => numberAt(object, 'status', 'active') + numberAt(object, 'status', 'succeeded') > 0,
  CustomResourceDefinition: (object) =>
    listOf(valueAt(object, ['status', 'conditions'])).some(
      (each) => fieldOf(each, 'type') === 'Established' && fieldOf(each, 'status') === 'True',
    ),
};

const injectedPod = {
  metadata: { name: 'probe', labels: { 'sidecar.istio.io/inject': 'true' } },
  spec: { containers: [{ name: 'app', image: 'example.com/app' }] },
};

const named = (name: string): unknown => ({ metadata: { name } });

function readDocument(text: string): {
  readonly objects: readonly UntrustedRecord[];
  readonly isList: boolean;
  readonly problem?: string;
} {
  try {
    const value = recordOf(yaml.load(text));
    if (!value) return { objects: [], isList: false, problem: 'no object' };
    const isList = /List$/.test(stringOf(value['kind']) ?? '') && Array.isArray(value['items']);
    const objects = isList
      ? listOf(value['items']).flatMap((item): UntrustedRecord[] => {
          const record = recordOf(item);
          return record ? [record] : [];
        })
      : [value];
    return { objects, isList };
  } catch {
    return { objects: [], isList: false, problem: 'no YAML' };
  }
}
