/** Turns what came over a wire into the parameters of a method, or says what is wrong with it. */
import type { Call, CallGateway, CallProtocol, CallSource } from '../../shared/call.ts';
import type { ClusterInputs, EngineMethod, EngineParams, Inputs } from '../../shared/engine-protocol.ts';
import type { MeshSettings } from '../../shared/mesh-settings.ts';
import { ruleLevels, type RuleSettings } from '../../shared/rule-settings.ts';
import type { GraphType } from '../../shared/topology.ts';
import { clusterActionOf, resourceRefOf } from './cluster-params.ts';
import { devProxyOf } from './dev-proxy-params.ts';
import {
  choice,
  compact,
  fieldsOf,
  flag,
  InvalidParams,
  number,
  own,
  requiredNumber,
  requiredText,
  text,
  textMap,
  texts,
  type Fields,
} from './param-fields.ts';

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
    configuration: text(fields, 'configuration', 'params'),
  });
}

function clusterInputsOf(fields: Fields): ClusterInputs {
  return compact<ClusterInputs>({ ...inputsOf(fields), context: text(fields, 'context', 'params') });
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

/** Seconds. */
const longestWindow = 21_600;
const graphTypes: readonly GraphType[] = ['versionedApp', 'app', 'workload', 'service'];

function rulesOf(fields: Fields): RuleSettings | undefined {
  if (own(fields, 'rules') === undefined) return undefined;
  const rules = fieldsOf(own(fields, 'rules'), 'params.rules');
  return Object.fromEntries(
    Object.keys(rules).map((name) => [name, choice(rules, name, 'params.rules', ruleLevels) ?? 'off']),
  );
}

function topologyOf(fields: Fields): EngineParams<'mesh/topology'> {
  const window = number(fields, 'window', 'params');
  if (window !== undefined && (window < 1 || window > longestWindow))
    throw new InvalidParams(`params.window must be between 1 and ${longestWindow} seconds.`);
  return compact<EngineParams<'mesh/topology'>>({
    source: choice(fields, 'source', 'params', ['local', 'cluster']),
    contexts: texts(fields, 'contexts', 'params'),
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

const contextOf = (fields: Fields): { readonly context: string } => ({
  context: requiredText(fields, 'context', 'params'),
});

const readers: { readonly [M in EngineMethod]: (fields: Fields) => EngineParams<M> } = {
  'mesh/analyze': (fields) =>
    compact<EngineParams<'mesh/analyze'>>({
      ...clusterInputsOf(fields),
      rules: rulesOf(fields),
      layer: choice(fields, 'layer', 'params', ['admission']),
    }),
  'mesh/route': (fields) => ({ ...clusterInputsOf(fields), request: callOf(own(fields, 'request')) }),
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
  'mesh/jsonSchema': () => ({}),
  'mesh/contexts': () => ({}),
  'mesh/cluster/connect': (fields) =>
    compact<EngineParams<'mesh/cluster/connect'>>({
      ...contextOf(fields),
      namespaces: texts(fields, 'namespaces', 'params'),
      consent: flag(fields, 'consent', 'params'),
    }),
  'mesh/cluster/disconnect': contextOf,
  'mesh/cluster/status': () => ({}),
  'mesh/cluster/tree': contextOf,
  'mesh/cluster/object': (fields) => ({
    ...contextOf(fields),
    ref: resourceRefOf(own(fields, 'ref'), 'params.ref'),
  }),
  'mesh/cluster/plan': (fields) => ({ ...contextOf(fields), action: clusterActionOf(own(fields, 'action')) }),
  'mesh/cluster/execute': (fields) =>
    compact<EngineParams<'mesh/cluster/execute'>>({
      plan: requiredText(fields, 'plan', 'params'),
      force: flag(fields, 'force', 'params'),
    }),
  'mesh/cluster/proxyStatus': contextOf,
  'mesh/cluster/proxyConfig': (fields) => ({
    ...contextOf(fields),
    namespace: requiredText(fields, 'namespace', 'params'),
    pod: requiredText(fields, 'pod', 'params'),
  }),
  'mesh/devProxy/start': devProxyOf,
  'mesh/devProxy/stop': () => ({}),
  'mesh/devProxy/status': () => ({}),
};

export const engineMethods = Object.keys(readers) as readonly EngineMethod[];

export function isEngineMethod(method: string): method is EngineMethod {
  return Object.hasOwn(readers, method);
}

/** Checks every field of the contract; unknown fields are ignored, so that newer clients can talk to older engines. */
export function readParams<M extends EngineMethod>(method: M, value: unknown): EngineParams<M> {
  return readers[method](fieldsOf(value, 'params'));
}
