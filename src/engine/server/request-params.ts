/** Turns what came over a wire into the parameters of a method, or says what is wrong with it. */
import type { Call, CallGateway, CallProtocol, CallSource } from '../../shared/call.ts';
import type { EngineMethod, EngineParams, Inputs } from '../../shared/engine-protocol.ts';
import type { MeshSettings } from '../../shared/mesh-settings.ts';
import type { GraphType } from '../../shared/topology.ts';

/** The caller sent something else than the contract says; JSON-RPC's -32602. */
export class InvalidParams extends Error {
  override readonly name = 'InvalidParams';
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, where: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new InvalidParams(`${where} must be an object.`);
  return value as Fields;
}

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

function text(fields: Fields, name: string, where: string): string | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new InvalidParams(`${where}.${name} must be a string.`);
  return value;
}

function requiredText(fields: Fields, name: string, where: string): string {
  const value = text(fields, name, where);
  if (value === undefined) throw new InvalidParams(`${where}.${name} is missing.`);
  return value;
}

function number(fields: Fields, name: string, where: string): number | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new InvalidParams(`${where}.${name} must be a number.`);
  return value;
}

function requiredNumber(fields: Fields, name: string, where: string): number {
  const value = number(fields, name, where);
  if (value === undefined) throw new InvalidParams(`${where}.${name} is missing.`);
  return value;
}

function flag(fields: Fields, name: string, where: string): boolean | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new InvalidParams(`${where}.${name} must be true or false.`);
  return value;
}

function texts(fields: Fields, name: string, where: string): readonly string[] | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new InvalidParams(`${where}.${name} must be a list of strings.`);
  return value;
}

function textMap(fields: Fields, name: string, where: string): Readonly<Record<string, string>> | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  const entries = Object.entries(fieldsOf(value, `${where}.${name}`));
  for (const [key, item] of entries)
    if (typeof item !== 'string') throw new InvalidParams(`${where}.${name}.${key} must be a string.`);
  return Object.fromEntries(entries.map(([key, item]) => [key, String(item)]));
}

function choice<T extends string>(fields: Fields, name: string, where: string, choices: readonly T[]): T | undefined {
  const value = text(fields, name, where);
  if (value === undefined) return undefined;
  const found = choices.find((candidate) => candidate === value);
  if (found === undefined) throw new InvalidParams(`${where}.${name} must be one of ${choices.join(', ')}.`);
  return found;
}

/** Leaves out what is undefined: absent and undefined are different things in the contracts. */
function compact<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function inputsOf(fields: Fields): Inputs {
  const resources = own(fields, 'resources');
  if (resources !== undefined && !Array.isArray(resources)) throw new InvalidParams('params.resources must be a list.');
  const mesh = own(fields, 'mesh');
  return compact<Inputs>({
    files: texts(fields, 'files', 'params'),
    resources: resources?.map((item, index) => {
      const where = `params.resources[${index}]`;
      const resource = fieldsOf(item, where);
      return { uri: requiredText(resource, 'uri', where), text: requiredText(resource, 'text', where) };
    }),
    mesh: mesh === undefined ? undefined : meshSettingsOf(mesh),
  });
}

function meshSettingsOf(value: unknown): MeshSettings {
  const where = 'params.mesh';
  const fields = fieldsOf(value, where);
  const object = (name: string): Fields | undefined =>
    own(fields, name) === undefined ? undefined : fieldsOf(own(fields, name), `${where}.${name}`);
  return compact<MeshSettings>({
    rootNamespace: text(fields, 'rootNamespace', where),
    clusterDomain: text(fields, 'clusterDomain', where),
    trustDomain: text(fields, 'trustDomain', where),
    meshConfig: object('meshConfig'),
    meshNetworks: object('meshNetworks'),
    clusterNetworks: object('clusterNetworks'),
    gatewayApiChannel: choice(fields, 'gatewayApiChannel', where, ['standard', 'experimental']),
    defaultNamespace: text(fields, 'defaultNamespace', where),
  });
}

function callSourceOf(value: unknown): CallSource {
  const where = 'params.request.source';
  const fields = fieldsOf(value, where);
  return compact<CallSource>({
    namespace: requiredText(fields, 'namespace', where),
    pod: text(fields, 'pod', where),
    workload: text(fields, 'workload', where),
    labels: textMap(fields, 'labels', where),
    serviceAccount: text(fields, 'serviceAccount', where),
    ip: text(fields, 'ip', where),
    meshed: flag(fields, 'meshed', where),
  });
}

function callGatewayOf(value: unknown): CallGateway {
  const where = 'params.request.gateway';
  const fields = fieldsOf(value, where);
  return compact<CallGateway>({
    namespace: requiredText(fields, 'namespace', where),
    name: text(fields, 'name', where),
    labels: textMap(fields, 'labels', where),
    port: requiredNumber(fields, 'port', where),
    ip: text(fields, 'ip', where),
    remoteIp: text(fields, 'remoteIp', where),
  });
}

const protocols: readonly CallProtocol[] = ['http', 'http2', 'grpc', 'https', 'tls', 'tcp', 'udp', 'sctp'];

function callOf(value: unknown): Call {
  const where = 'params.request';
  if (value === undefined) throw new InvalidParams(`${where} is missing.`);
  const fields = fieldsOf(value, where);
  const part = <T>(name: string, read: (item: unknown) => T): T | undefined =>
    own(fields, name) === undefined ? undefined : read(own(fields, name));
  return compact<Call>({
    source: part('source', callSourceOf),
    gateway: part('gateway', callGatewayOf),
    host: text(fields, 'host', where),
    address: text(fields, 'address', where),
    port: number(fields, 'port', where),
    protocol: choice(fields, 'protocol', where, protocols),
    tls: choice(fields, 'tls', where, ['none', 'simple', 'mtls']),
    sni: text(fields, 'sni', where),
    alpn: texts(fields, 'alpn', where),
    method: text(fields, 'method', where),
    path: text(fields, 'path', where),
    headers: textMap(fields, 'headers', where),
    jwt: part('jwt', (item) => fieldsOf(item, `${where}.jwt`)),
  });
}

const graphTypes: readonly GraphType[] = ['versionedApp', 'app', 'workload', 'service'];
const ruleLevels = ['off', 'error', 'warning', 'information', 'hint'] as const;

function rulesOf(fields: Fields): Readonly<Record<string, (typeof ruleLevels)[number]>> | undefined {
  if (own(fields, 'rules') === undefined) return undefined;
  const rules = fieldsOf(own(fields, 'rules'), 'params.rules');
  return Object.fromEntries(
    Object.keys(rules).map((name) => [name, choice(rules, name, 'params.rules', ruleLevels) ?? 'off']),
  );
}

function topologyOf(fields: Fields): EngineParams<'mesh/topology'> {
  const window = number(fields, 'window', 'params');
  if (window !== undefined && (window < 1 || window > 3600))
    throw new InvalidParams('params.window must be between 1 and 3600 seconds.');
  return compact<EngineParams<'mesh/topology'>>({
    source: choice(fields, 'source', 'params', ['local']),
    namespaces: texts(fields, 'namespaces', 'params'),
    graphType: choice(fields, 'graphType', 'params', graphTypes),
    window,
  });
}

function targetOf(fields: Fields): EngineParams<'mesh/service/start'> {
  return compact<EngineParams<'mesh/service/start'>>({
    namespace: text(fields, 'namespace', 'params'),
    name: requiredText(fields, 'name', 'params'),
  });
}

const readers: { readonly [M in EngineMethod]: (fields: Fields) => EngineParams<M> } = {
  'mesh/analyze': (fields) => compact<EngineParams<'mesh/analyze'>>({ ...inputsOf(fields), rules: rulesOf(fields) }),
  'mesh/route': (fields) => ({ ...inputsOf(fields), request: callOf(own(fields, 'request')) }),
  'mesh/topology': topologyOf,
  'mesh/topology/subscribe': topologyOf,
  'mesh/topology/unsubscribe': () => ({}),
  'mesh/series': (fields) => ({
    id: requiredText(fields, 'id', 'params'),
    seconds: requiredNumber(fields, 'seconds', 'params'),
  }),
  'mesh/traces': (fields) =>
    compact<EngineParams<'mesh/traces'>>({
      node: text(fields, 'node', 'params'),
      edge: text(fields, 'edge', 'params'),
      service: text(fields, 'service', 'params'),
      workload: text(fields, 'workload', 'params'),
      onlyErrors: flag(fields, 'onlyErrors', 'params'),
      limit: number(fields, 'limit', 'params'),
    }),
  'mesh/trace': (fields) => ({ traceId: requiredText(fields, 'traceId', 'params') }),
  'mesh/events': (fields) => compact<EngineParams<'mesh/events'>>({ after: number(fields, 'after', 'params') }),
  'mesh/local/status': () => ({}),
  'mesh/local/start': (fields) => compact<EngineParams<'mesh/local/start'>>({ file: text(fields, 'file', 'params') }),
  'mesh/local/stop': () => ({}),
  'mesh/service/start': targetOf,
  'mesh/service/stop': targetOf,
  'mesh/service/restart': targetOf,
  'mesh/request': (fields) =>
    compact<EngineParams<'mesh/request'>>({
      from: text(fields, 'from', 'params'),
      host: requiredText(fields, 'host', 'params'),
      port: number(fields, 'port', 'params'),
      method: text(fields, 'method', 'params') ?? 'GET',
      path: text(fields, 'path', 'params') ?? '/',
      headers: textMap(fields, 'headers', 'params') ?? {},
      body: text(fields, 'body', 'params'),
    }),
  'mesh/proxyEnvironment': (fields) =>
    compact<EngineParams<'mesh/proxyEnvironment'>>({ workload: text(fields, 'workload', 'params') }),
};

export const engineMethods = Object.keys(readers) as readonly EngineMethod[];

export function isEngineMethod(method: string): method is EngineMethod {
  return Object.hasOwn(readers, method);
}

/** Checks every field of the contract; unknown fields are ignored, so that newer clients can talk to older engines. */
export function readParams<M extends EngineMethod>(method: M, value: unknown): EngineParams<M> {
  return readers[method](fieldsOf(value, 'params'));
}
