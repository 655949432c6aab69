/** VirtualServices read once: typed, with problems, and not yet narrowed to a proxy. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../../shared/resource.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { refOf, type MeshObject } from '../../../model/mesh-object.ts';
import { resolveExportTo, type ExportTo } from '../export-to.ts';
import { resolveHost, wantedHost, writtenHost } from '../hosts.ts';
import { SpecNode, type FieldReport } from '../spec-node.ts';
import type {
  CompiledDirectResponse,
  CompiledFault,
  CompiledRedirect,
  CompiledRewrite,
  CompileProblem,
} from './compiled.ts';
import { meshGateway, resolveGatewayName } from './gateway-name.ts';
import { readHeaderRules, type HeaderRules } from './header-operations.ts';
import { readHttpMatch, type HttpMatch, type MatchScope } from './http-match.ts';
import {
  readDirectResponse,
  readDuration,
  readFault,
  readPercentage,
  readRedirect,
  readRetry,
  readRewrite,
  type RetrySettings,
} from './route-settings.ts';

/** Where traffic is sent, before the port is known. */
export interface RouteTarget {
  /** Resolved. */
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
  readonly source: SourceRef;
}

export interface WeightedTarget extends RouteTarget {
  readonly weight: number;
  readonly headers?: HeaderRules;
}

interface MirrorTarget extends RouteTarget {
  readonly percent: number;
}

/** One entry of `http`. Fields that are not written are absent, so that a delegate can inherit them. */
export interface HttpRule {
  readonly name?: string;
  /** `http[1]`. */
  readonly position: string;
  readonly source: SourceRef;
  readonly matches: readonly HttpMatch[];
  readonly targets: readonly WeightedTarget[];
  readonly delegate?: { readonly name: string; readonly namespace: string; readonly source: SourceRef };
  readonly redirect?: CompiledRedirect;
  readonly direct?: CompiledDirectResponse;
  readonly rewrite?: CompiledRewrite;
  readonly mirrors?: readonly MirrorTarget[];
  readonly timeoutMs?: number;
  readonly retries?: RetrySettings;
  readonly fault?: CompiledFault;
  readonly headers?: HeaderRules;
}

/** One entry of `tcp`. Destination subnets are not looked at: names are what is dialled here. */
export interface TcpRule {
  readonly source: SourceRef;
  /** OR; empty: always. */
  readonly matches: readonly MatchScope[];
  readonly targets: readonly WeightedTarget[];
}

/** A resolved name and the place where it is written. */
interface NamedRef {
  readonly name: string;
  readonly source: SourceRef;
}

export interface VirtualServiceModel {
  readonly object: MeshObject;
  /** Resolved, in lower case. Empty: a delegate. */
  readonly hosts: readonly string[];
  /** Full names in the letters that they are written in. */
  readonly writtenHosts: readonly string[];
  /** Where each host is named. */
  readonly hostRefs: readonly NamedRef[];
  /** `mesh` or `namespace/name`; `mesh` where none is given. */
  readonly gateways: readonly string[];
  /** Where each gateway but `mesh` is named. */
  readonly gatewayRefs: readonly NamedRef[];
  readonly exportTo: ExportTo;
  readonly http: readonly HttpRule[];
  readonly tcp: readonly TcpRule[];
  readonly problems: readonly CompileProblem[];
}

interface Context {
  readonly object: MeshObject;
  readonly settings: ResolvedMeshSettings;
  readonly sourceAt: (path: FieldPath) => SourceRef;
}

/** A report that turns findings about fields of an object into problems with their place. */
export function problemsOf(object: MeshObject): { report: FieldReport; problems: CompileProblem[] } {
  const problems: CompileProblem[] = [];
  const resource = refOf(object);
  return {
    problems,
    report: (severity, message, path) => void problems.push({ severity, message, source: { resource, path } }),
  };
}

function readTarget(node: SpecNode, context: Context): RouteTarget | undefined {
  if (!node.present) {
    node.error('A destination is needed.');
    return undefined;
  }
  const hostNode = node.child('host');
  const host = hostNode.string();
  if (host === undefined || host === '' || host === '*') {
    if (!hostNode.present || host !== undefined) hostNode.error('A destination needs the host of a service.');
    return undefined;
  }
  const subset = node.child('subset').string();
  const number = node.child('port').child('number');
  const port = number.integer();
  if (node.child('port').present && (port === undefined || port < 1 || port > 65535)) {
    if (port !== undefined || !number.present) number.error('A port between 1 and 65535 is needed.');
  }
  return {
    host: wantedHost(host, context.object.namespace, context.settings),
    ...(subset !== undefined && subset !== '' && { subset }),
    ...(port !== undefined && { port }),
    source: context.sourceAt(node.path),
  };
}

function readTargets(node: SpecNode, context: Context): readonly WeightedTarget[] {
  const items = node.items();
  let total = 0;
  const targets = items.flatMap((item): WeightedTarget[] => {
    const weightNode = item.child('weight');
    const weight = weightNode.integer() ?? 0;
    if (weight < 0) weightNode.error(`A weight must not be negative: ${weight}.`);
    total += Math.max(0, weight);
    const target = readTarget(item.child('destination'), context);
    const headers = readHeaderRules(item.child('headers'));
    return target ? [{ ...target, weight: Math.max(0, weight), ...(headers && { headers }) }] : [];
  });
  if (items.length > 1 && total === 0) node.error('The weights of the destinations add up to 0.');
  return targets;
}

/** Istio refuses rules that both delegate, answer themselves and send on. */
function checkConflicts(node: SpecNode, isDelegated: boolean): void {
  const has = (key: string): boolean => node.child(key).present;
  const hasTargets = node.child('route').count > 0;
  if (has('delegate')) {
    if (isDelegated) node.child('delegate').error('A delegate cannot delegate again.');
    for (const key of ['redirect', 'route']) {
      if (has(key)) node.child(key).error(`A rule that delegates must not have ${key}.`);
    }
    return;
  }
  const answer = has('redirect') ? 'redirect' : has('directResponse') ? 'directResponse' : undefined;
  if (answer === undefined) {
    if (!hasTargets) node.error('The rule has no route, redirect or directResponse.');
  } else {
    if (hasTargets) node.child('route').error(`A rule with ${answer} must not have a route.`);
    for (const key of ['fault', 'rewrite']) {
      if (has(key)) node.child(key).error(`A rule with ${answer} must not have ${key}.`);
    }
    if (answer === 'redirect' && has('directResponse')) {
      node.child('directResponse').error('A rule with redirect must not have directResponse.');
    }
  }
  if (has('mirror') && node.child('mirrors').count > 0) node.error('Give only one of mirror and mirrors.');
}

function readMirrors(node: SpecNode, context: Context): readonly MirrorTarget[] | undefined {
  const single = node.child('mirror');
  const many = node.child('mirrors');
  if (!single.present && !many.present) return undefined;
  const mirrors: MirrorTarget[] = [];
  const add = (target: RouteTarget | undefined, percent: number): void => {
    // Zero percent, said explicitly, is no mirror.
    if (target && percent > 0) mirrors.push({ ...target, percent });
  };
  if (single.present) {
    const percent = readPercentage(node.child('mirrorPercentage')) ?? node.child('mirrorPercent').number() ?? 100;
    add(readTarget(single, context), percent);
  }
  for (const item of many.items()) {
    add(readTarget(item.child('destination'), context), readPercentage(item.child('percentage')) ?? 100);
  }
  return mirrors;
}

function readHttpRule(node: SpecNode, index: number, context: Context, isDelegated: boolean): HttpRule {
  checkConflicts(node, isDelegated);
  const name = node.child('name').string();
  const position = `http[${index}]`;
  const delegate = node.child('delegate');
  const delegateName = delegate.child('name').string();
  if (delegate.present && !delegateName) delegate.error('A delegate needs a name.');
  const optional = {
    redirect: readRedirect(node.child('redirect')),
    direct: readDirectResponse(node.child('directResponse')),
    rewrite: readRewrite(node.child('rewrite')),
    mirrors: readMirrors(node, context),
    timeoutMs: readDuration(node.child('timeout')),
    retries: readRetry(node.child('retries')),
    fault: readFault(node.child('fault')),
    headers: readHeaderRules(node.child('headers')),
    name: name === '' ? undefined : name,
    delegate: delegateName
      ? {
          name: delegateName,
          namespace: delegate.child('namespace').string() ?? context.object.namespace,
          source: context.sourceAt(delegate.path),
        }
      : undefined,
  };
  return {
    position,
    source: context.sourceAt(node.path),
    matches: node
      .child('match')
      .items()
      .map((item, at) => readHttpMatch(item, `${position}.match[${at}]`, context.object.namespace)),
    targets: readTargets(node.child('route'), context),
    ...withoutUndefined(optional),
  };
}

/** Drops keys whose value is undefined, which `exactOptionalPropertyTypes` tells apart from absent ones. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function readTcpRule(node: SpecNode, context: Context): TcpRule {
  if (node.child('route').count === 0) node.error('The rule has no route.');
  return {
    source: context.sourceAt(node.path),
    matches: node
      .child('match')
      .items()
      .map((item) => readHttpMatch(item, '', context.object.namespace).scope),
    targets: readTargets(node.child('route'), context),
  };
}

interface HostRef extends NamedRef {
  /** In the letters that it is written in. */
  readonly written: string;
}

function readHosts(spec: SpecNode, context: Context): readonly HostRef[] {
  return spec
    .child('hosts')
    .items()
    .flatMap((item) => {
      const host = item.string();
      if (host === undefined) return [];
      if (host === '') item.error('A host must not be empty.');
      if (host === '') return [];
      const { object, settings } = context;
      const name = resolveHost(host, object.namespace, settings);
      const written = writtenHost(host, object.namespace, settings);
      return [{ name, written, source: context.sourceAt(item.path) }];
    });
}

/** Reads one VirtualService. What cannot be read is a problem; the rest stays usable. */
export function readVirtualService(object: MeshObject, settings: ResolvedMeshSettings): VirtualServiceModel {
  const { report, problems } = problemsOf(object);
  const spec = new SpecNode(object.spec, ['spec'], report);
  const resource = refOf(object);
  const context: Context = { object, settings, sourceAt: (path) => ({ resource, path }) };
  const hostRefs = readHosts(spec, context);
  const hosts = hostRefs.map(({ name }) => name);
  const isDelegate = !spec.child('hosts').present;
  const namedGateways = spec
    .child('gateways')
    .items()
    .flatMap((item) => {
      const name = item.string();
      return name ? [{ name: resolveGatewayName(name, object.namespace), source: context.sourceAt(item.path) }] : [];
    });
  const gateways = namedGateways.map(({ name }) => name);
  if (isDelegate && gateways.length > 0) spec.child('gateways').error('A delegate must not name gateways.');
  const http = spec
    .child('http')
    .items()
    .map((node, index) => readHttpRule(node, index, context, isDelegate));
  const tcp = spec
    .child('tcp')
    .items()
    .map((node) => readTcpRule(node, context));
  if (spec.child('http').count === 0 && spec.child('tcp').count === 0 && spec.child('tls').count === 0) {
    spec.error('The VirtualService has no http, tcp or tls rules.');
  }
  if (hosts.includes('*') && (gateways.length === 0 || gateways.includes(meshGateway))) {
    spec.child('hosts').error('The host * is not allowed for sidecars: name gateways, or the hosts that are meant.');
  }
  return {
    object,
    hosts: [...new Set(hosts)],
    writtenHosts: hostRefs.map(({ written }) => written),
    hostRefs: hostRefs.map(({ name, source }) => ({ name, source })),
    gateways: gateways.length > 0 ? gateways : [meshGateway],
    gatewayRefs: namedGateways.filter(({ name }) => name !== meshGateway),
    exportTo: resolveExportTo(
      spec.child('exportTo').strings(),
      object.namespace,
      settings,
      'defaultVirtualServiceExportTo',
    ),
    http,
    tcp,
    problems,
  };
}
