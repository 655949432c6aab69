/** Builds small snapshots from YAML for the tests of this room. */
import yaml from 'js-yaml';
import {
  resolveMeshSettings,
  type MeshSettings,
  type ResolvedMeshSettings,
} from '../../../../src/shared/mesh-settings.ts';
import type { EndpointDirectory, ModelEndpoint } from '../../../../src/engine/model/endpoints.ts';
import type { Labels, MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { createSnapshot, type Snapshot } from '../../../../src/engine/model/snapshot.ts';
import { compileRoutes, type CompileResult } from '../../../../src/engine/policy/semantics/routing/compile.ts';
import {
  createRouter,
  type RoutedRequest,
  type Router,
  type RoutingResult,
} from '../../../../src/engine/policy/semantics/routing/decide.ts';
import type { ProxyNode } from '../../../../src/engine/policy/semantics/routing/proxy-node.ts';

interface Document {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly creationTimestamp?: string;
  };
  readonly spec?: unknown;
}

const versions: Readonly<Record<string, string>> = {
  Service: 'v1',
  Pod: 'v1',
  Deployment: 'apps/v1',
  PeerAuthentication: 'security.istio.io/v1',
};

function toObject(document: Document, index: number): MeshObject {
  const { metadata = {} } = document;
  return {
    apiVersion: document.apiVersion ?? versions[document.kind] ?? 'networking.istio.io/v1',
    kind: document.kind,
    namespace: metadata.namespace ?? 'bookinfo',
    name: metadata.name ?? `object-${index}`,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    ...(metadata.creationTimestamp !== undefined && { creationTimestamp: metadata.creationTimestamp }),
    spec: document.spec,
    origin: { layer: 'workspace', source: 'file:///test.yaml', document: index },
  };
}

/** Objects of a YAML stream; namespace `bookinfo` and the usual apiVersion where none is given. Times stay text. */
export function objects(text: string): readonly MeshObject[] {
  const documents = yaml.loadAll(text, undefined, { schema: yaml.CORE_SCHEMA }) as (Document | null | undefined)[];
  return documents.flatMap((document, index) => (document ? [toObject(document, index)] : []));
}

export const snapshotOf = (...texts: readonly string[]): Snapshot =>
  createSnapshot(texts.flatMap((text) => objects(text)));

/** A VirtualService for `reviews` in `bookinfo` with the given spec. */
export function virtualService(spec: string, metadata = 'name: reviews'): string {
  return `kind: VirtualService\nmetadata: {${metadata}}\nspec:\n${indent(spec)}\n---\n`;
}

export function indent(text: string): string {
  return text
    .replace(/^\n/, '')
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** reviews (9080), ratings (9080), details (9080), web (80), mongodb (tcp 27017), all in bookinfo. */
export const services = ['reviews', 'ratings', 'details']
  .map(
    (name) =>
      `kind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{name: http, port: 9080}], selector: {app: ${name}}}\n---\n`,
  )
  .concat(
    'kind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n---\n',
    'kind: Service\nmetadata: {name: mongodb}\nspec: {ports: [{name: mongo, port: 27017}]}\n---\n',
  )
  .join('');

/** Subsets v1, v2 and v3 of reviews. */
export const reviewsSubsets = `
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}, {name: v3, labels: {version: v3}}]
---
`;

export function endpoint(service: string, version: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint {
  return {
    id: `bookinfo/${service}-${version}-0`,
    address: '127.0.0.1',
    port: 20000,
    weight: 1,
    health: 'healthy',
    workload: `${service}-${version}`,
    namespace: 'bookinfo',
    app: service,
    version,
    labels: { app: service, version },
    serviceAccount: `bookinfo-${service}`,
    meshed: true,
    workloadPort: 9080,
    ...more,
  };
}

export function directory(entries: Readonly<Record<string, readonly ModelEndpoint[]>>): EndpointDirectory {
  return { endpointsOf: (namespace, service, port) => entries[`${namespace}/${service}:${port}`] ?? [] };
}

export const bookinfoEndpoints = directory({
  'bookinfo/reviews:9080': [endpoint('reviews', 'v1'), endpoint('reviews', 'v2'), endpoint('reviews', 'v3')],
  'bookinfo/ratings:9080': [endpoint('ratings', 'v1')],
});

export const sidecar = (labels: Labels = { app: 'productpage' }, namespace = 'bookinfo'): ProxyNode => ({
  kind: 'sidecar',
  namespace,
  labels,
});

export const ingress: ProxyNode = { kind: 'gateway', namespace: 'istio-system', labels: { istio: 'ingressgateway' } };

export interface CompileOptions {
  readonly node?: ProxyNode;
  readonly endpoints?: EndpointDirectory;
  readonly mesh?: MeshSettings;
}

export const settingsOf = (mesh: MeshSettings = {}): ResolvedMeshSettings => resolveMeshSettings(mesh);

/** Compiles the routes of a sidecar in `bookinfo`, if nothing else is said. */
export function compile(text: string, options: CompileOptions = {}): CompileResult {
  return compileRoutes({
    snapshot: snapshotOf(text),
    endpoints: options.endpoints ?? bookinfoEndpoints,
    node: options.node ?? sidecar(),
    settings: settingsOf(options.mesh),
  });
}

export interface RequestOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly method?: string;
  readonly scheme?: 'http' | 'https';
  readonly headers?: Readonly<Record<string, string>>;
}

export function request(options: RequestOptions = {}): RoutedRequest {
  const headers = new Map(Object.entries(options.headers ?? {}));
  return {
    port: options.port ?? 9080,
    method: options.method ?? 'GET',
    authority: options.host ?? 'reviews',
    path: options.path ?? '/',
    scheme: options.scheme ?? 'http',
    headers: { get: (name) => headers.get(name) },
  };
}

/** A random that always yields the same, which makes the first pick of a split plain. */
export const fixed =
  (value = 0): (() => number) =>
  () =>
    value;

export function routerOf(text: string, options: CompileOptions = {}): Router {
  return createRouter(compile(text, options).routes);
}

export function route(text: string, options: RequestOptions & CompileOptions = {}): RoutingResult {
  return routerOf(text, options).route(request(options), fixed());
}

/** In one line: `forward reviews v2 /path`, `redirect 301 http://…`, `direct 503 body`, `not-found`, `unknown-host refuse`. */
export function outcome(result: RoutingResult): string {
  switch (result.kind) {
    case 'forward':
      return `forward ${result.destination.service}${result.destination.subset ? ` ${result.destination.subset}` : ''} ${result.path}`;
    case 'redirect':
      return `redirect ${result.status} ${result.location}`;
    case 'direct':
      return `direct ${result.status} ${result.body}`;
    case 'not-found':
      return 'not-found';
    case 'unknown-host':
      return `unknown-host ${result.policy}`;
  }
}

/** Problems in short: `error spec.http[0].route[0].weight: message`. */
export function problemLines({ problems }: Pick<CompileResult, 'problems'>): readonly string[] {
  return problems.map(({ severity, message, source }) => {
    const path = (source?.path ?? []).map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return `${severity} ${path.slice(1)}: ${message}`;
  });
}
