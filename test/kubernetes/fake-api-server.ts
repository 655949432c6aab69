/** A small API server for tests: objects with resourceVersions, pages, watches, bookmarks, compaction, definitions. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AbruptServer } from './abrupt-server.ts';
import { gzipSync } from 'node:zlib';

export interface FakeResource {
  /** The core group is the empty text. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface FakeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Stored {
  readonly key: string;
  readonly object: FakeObject;
}

interface LoggedEvent {
  readonly resource: string;
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: FakeObject;
}

interface OpenWatch {
  readonly resource: FakeResource;
  readonly namespace: string | undefined;
  readonly form: string;
  readonly response: ServerResponse;
}

const core = (kind: string, plural: string, namespaced = true): FakeResource => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
});

export const coreResources: readonly FakeResource[] = [
  core('Namespace', 'namespaces', false),
  core('Service', 'services'),
  core('Pod', 'pods'),
  core('ConfigMap', 'configmaps'),
  core('Secret', 'secrets'),
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
];

const keyOf = (resource: Pick<FakeResource, 'group' | 'plural'>): string => `${resource.group}/${resource.plural}`;

export class FakeApiServer {
  readonly #resources = new Map<string, FakeResource>();
  readonly #stored = new Map<string, Map<string, Stored>>();
  readonly #log: LoggedEvent[] = [];
  readonly #watches = new Set<OpenWatch>();
  readonly #snapshots = new Map<string, readonly Stored[]>();
  #revision = 100;
  #compacted = 0;
  #server: AbruptServer | undefined;
  #port = 0;
  /** What is asked for, as `watch pods`; read by tests. */
  readonly requests: string[] = [];
  /** Refuses a `list` or `watch` of a plural with 403. */
  forbids: (verb: 'list' | 'watch', plural: string, namespace: string | undefined) => boolean = () => false;
  streamsLists = true;
  aggregatesDiscovery = true;
  /** Refuses `limit`, as servers that forget continue tokens do after a while. */
  forgetsPages = false;
  /** Undefined: nobody is asked who he is. */
  token: string | undefined;

  constructor(resources: readonly FakeResource[] = coreResources) {
    for (const resource of resources) this.#resources.set(keyOf(resource), resource);
  }

  get port(): number {
    return this.#port;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  get revision(): number {
    return this.#revision;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = new AbruptServer(server);
    this.#port = await this.#server.listen(this.#port);
  }

  /** Ends every connection at once, as a killed process does. It keeps its objects and can be started again. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#watches.clear();
    await server?.close();
  }

  /** Starts to serve a kind, and stores its definition. */
  define(resource: FakeResource): void {
    this.#resources.set(keyOf(resource), resource);
    this.put('customresourcedefinitions', { metadata: { name: `${resource.plural}.${resource.group}` } });
  }

  /** Removes a kind with all its objects. */
  undefine(resource: FakeResource): void {
    for (const { object } of [...(this.#stored.get(keyOf(resource))?.values() ?? [])]) {
      this.remove(resource.plural, object.metadata.namespace, object.metadata.name);
    }
    for (const watch of this.#watches) if (keyOf(watch.resource) === keyOf(resource)) watch.response.end();
    this.#resources.delete(keyOf(resource));
    this.remove('customresourcedefinitions', undefined, `${resource.plural}.${resource.group}`);
  }

  put(plural: string, object: FakeObject): void {
    const resource = this.#find(plural);
    const stored = this.#of(resource);
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const before = stored.get(key);
    const revision = ++this.#revision;
    const uid = (before?.object.metadata['uid'] as string | undefined) ?? `uid-${revision}`;
    const whole: FakeObject = {
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(revision), managedFields: [{ manager: 'test' }] },
    };
    stored.set(key, { key, object: whole });
    this.#record({ resource: keyOf(resource), revision, type: before ? 'MODIFIED' : 'ADDED', object: whole });
  }

  remove(plural: string, namespace: string | undefined, name: string): void {
    const resource = this.#find(plural);
    const stored = this.#of(resource);
    const key = `${namespace ?? ''}/${name}`;
    const before = stored.get(key);
    if (!before) return;
    stored.delete(key);
    const revision = ++this.#revision;
    const object = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: String(revision) } };
    this.#record({ resource: keyOf(resource), revision, type: 'DELETED', object });
  }

  /** Names and versions of what is there now, sorted: what a store must hold. */
  objects(plural: string): readonly string[] {
    return [...this.#of(this.#find(plural)).values()]
      .map(({ key, object }) => `${key}@${String(object.metadata['resourceVersion'])}`)
      .sort();
  }

  /** Forgets every event before now: who was away has to list. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#log.length = 0;
    this.#snapshots.clear();
  }

  /** Says to every watch that nothing changed up to now. */
  bookmark(): void {
    for (const watch of this.#watches) this.#send(watch, this.#bookmarkEvent(watch, false));
  }

  /** Ends every watch in good order. */
  endWatches(): void {
    for (const watch of this.#watches) watch.response.end();
  }

  #find(plural: string): FakeResource {
    const found = [...this.#resources.values()].find((resource) => resource.plural === plural);
    if (!found) throw new Error(`Nothing is served as ${plural}.`);
    return found;
  }

  #of(resource: FakeResource): Map<string, Stored> {
    let stored = this.#stored.get(keyOf(resource));
    if (!stored) this.#stored.set(keyOf(resource), (stored = new Map<string, Stored>()));
    return stored;
  }

  #record(event: LoggedEvent): void {
    this.#log.push(event);
    for (const watch of this.#watches) if (keyOf(watch.resource) === event.resource) this.#sendChange(watch, event);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server');
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      refuse(response, 401, 'Unauthorized', 'Unauthorized');
      return;
    }
    if (url.pathname === '/version') {
      sendJson(request, response, { major: '1', minor: '37', gitVersion: 'v1.37.0' });
      return;
    }
    const discovery = this.#discovery(url.pathname, String(request.headers.accept));
    if (discovery !== undefined) {
      sendJson(request, response, discovery);
      return;
    }
    const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(
      url.pathname,
    );
    const [, group = '', version, namespace, plural = '', name] = match ?? [];
    const resource = this.#resources.get(`${group}/${plural}`);
    if (!resource || resource.version !== version) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    const form = formOf(String(request.headers.accept));
    if (name !== undefined) {
      const found = this.#of(resource).get(`${namespace ?? ''}/${name}`);
      if (found) sendJson(request, response, shaped(found.object, resource, form));
      else refuse(response, 404, 'NotFound', `${plural} "${name}" not found`);
      return;
    }
    const verb = url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
    this.requests.push(`${verb} ${plural}`);
    if (this.forbids(verb, plural, namespace)) {
      refuse(response, 403, 'Forbidden', `${plural} is forbidden`);
      return;
    }
    if (verb === 'watch') this.#watch(response, resource, namespace, form, url.searchParams);
    else this.#list(request, response, resource, namespace, form, url.searchParams);
  }

  #discovery(path: string, accept: string): unknown {
    if (path !== '/api' && path !== '/apis') return this.#legacyVersion(path);
    const groups = new Map<string, FakeResource[]>();
    for (const resource of this.#resources.values()) {
      if ((resource.group === '') !== (path === '/api')) continue;
      groups.set(resource.group, [...(groups.get(resource.group) ?? []), resource]);
    }
    if (this.aggregatesDiscovery && accept.includes('APIGroupDiscoveryList')) {
      return {
        kind: 'APIGroupDiscoveryList',
        apiVersion: 'apidiscovery.k8s.io/v2',
        items: [...groups].map(([group, resources]) => ({
          metadata: { name: group },
          versions: [...new Set(resources.map(({ version }) => version))].map((version) => ({
            version,
            freshness: 'Current',
            resources: resources
              .filter((resource) => resource.version === version)
              .map(({ plural, kind, namespaced }) => ({
                resource: plural,
                responseKind: { group, version, kind },
                scope: namespaced ? 'Namespaced' : 'Cluster',
                verbs: ['get', 'list', 'watch'],
              })),
          })),
        })),
      };
    }
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    return {
      kind: 'APIGroupList',
      groups: [...groups].map(([name, resources]) => ({
        name,
        versions: [...new Set(resources.map(({ version }) => version))].map((version) => ({ version })),
      })),
    };
  }

  #legacyVersion(path: string): unknown {
    const [, group = '', version] = /^\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path) ?? [];
    if (version === undefined) return undefined;
    const served = [...this.#resources.values()].filter((one) => one.group === group && one.version === version);
    if (served.length === 0) return undefined;
    return {
      kind: 'APIResourceList',
      resources: served.map(({ plural, kind, namespaced }) => ({
        name: plural,
        kind,
        namespaced,
        verbs: ['get', 'list', 'watch'],
      })),
    };
  }

  #visible(resource: FakeResource, namespace: string | undefined): readonly Stored[] {
    return [...this.#of(resource).values()]
      .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #list(
    request: IncomingMessage,
    response: ServerResponse,
    resource: FakeResource,
    namespace: string | undefined,
    form: string,
    query: URLSearchParams,
  ): void {
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue');
    const [at = '0', revision = String(this.#revision), id = ''] = token?.split('.') ?? [];
    const snapshot = token === null ? this.#visible(resource, namespace) : this.#snapshots.get(id);
    if (!snapshot || (this.forgetsPages && token !== null)) {
      refuse(response, 410, 'Expired', 'The provided continue parameter is too old');
      return;
    }
    const start = Number(at);
    const end = limit > 0 ? start + limit : snapshot.length;
    const page = snapshot.slice(start, end);
    const next = `s${this.#snapshots.size}`;
    if (end < snapshot.length) this.#snapshots.set(next, snapshot);
    const metadata = {
      resourceVersion: revision,
      ...(end < snapshot.length && { continue: `${end}.${revision}.${next}` }),
    };
    const items = page.map(({ object }) => shaped(object, resource, form));
    const body =
      form === 'table'
        ? { kind: 'Table', metadata, rows: items.flatMap((item) => (item as { rows: unknown[] }).rows) }
        : { kind: `${resource.kind}List`, metadata, items };
    sendJson(request, response, body);
  }

  #watch(
    response: ServerResponse,
    resource: FakeResource,
    namespace: string | undefined,
    form: string,
    query: URLSearchParams,
  ): void {
    const isInitial = query.get('sendInitialEvents') === 'true';
    if (isInitial && !this.streamsLists) {
      refuse(response, 422, 'Invalid', 'sendInitialEvents: Forbidden: the WatchList feature gate is disabled');
      return;
    }
    const since = Number(query.get('resourceVersion') ?? 0);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch: OpenWatch = { resource, namespace, form, response };
    if (isInitial) {
      for (const { object } of this.#visible(resource, namespace)) this.#sendObject(watch, 'ADDED', object);
      this.#send(watch, this.#bookmarkEvent(watch, true));
    } else if (since < this.#compacted) {
      const status = {
        kind: 'Status',
        status: 'Failure',
        code: 410,
        reason: 'Expired',
        message: 'too old resource version',
      };
      this.#send(watch, { type: 'ERROR', object: status });
      response.end();
      return;
    } else {
      for (const event of this.#log) {
        if (event.resource === keyOf(resource) && event.revision > since) this.#sendChange(watch, event);
      }
    }
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
  }

  #sendChange(watch: OpenWatch, { object, type }: LoggedEvent): void {
    if (watch.namespace === undefined || object.metadata.namespace === watch.namespace) {
      this.#sendObject(watch, type, object);
    }
  }

  #sendObject(watch: OpenWatch, type: string, object: FakeObject): void {
    this.#send(watch, { type, object: shaped(object, watch.resource, watch.form) });
  }

  #bookmarkEvent({ resource }: OpenWatch, isInitialEnd: boolean): unknown {
    const annotations = isInitialEnd ? { 'k8s.io/initial-events-end': 'true' } : {};
    const metadata = { resourceVersion: String(this.#revision), annotations };
    return { type: 'BOOKMARK', object: { kind: resource.kind, metadata } };
  }

  #send({ response }: OpenWatch, event: unknown): void {
    response.write(`${JSON.stringify(event)}\n`);
  }
}

const formOf = (accept: string): string =>
  accept.includes('as=PartialObjectMetadata') ? 'metadata' : accept.includes('as=Table') ? 'table' : 'whole';

function shaped(object: FakeObject, resource: FakeResource, form: string): unknown {
  if (form === 'metadata') return { kind: 'PartialObjectMetadata', metadata: object.metadata };
  if (form === 'table') {
    const data = object['data'];
    const count = typeof data === 'object' && data !== null ? Object.keys(data).length : 0;
    const cells = [object.metadata.name, object['type'] ?? '', count, '1s'];
    return { kind: 'Table', rows: [{ cells, object: { metadata: object.metadata } }] };
  }
  return {
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
    kind: resource.kind,
    ...object,
  };
}

function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  const isZipped = String(request.headers['accept-encoding']).includes('gzip') && body.length > 1024;
  response.writeHead(200, { 'content-type': 'application/json', ...(isZipped && { 'content-encoding': 'gzip' }) });
  response.end(isZipped ? gzipSync(body) : body);
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message }));
}
