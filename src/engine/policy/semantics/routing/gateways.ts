/** Gateways (networking.istio.io) read once. */
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { lettersCover, selectorMatches } from '../hosts.ts';
import { byAge } from '../object-order.ts';
import { SpecNode } from '../spec-node.ts';
import type { CompileProblem } from './compiled.ts';
import { problemsOf } from './virtual-service.ts';

interface ServerHost {
  /** `*`: VirtualServices of any namespace may bind. */
  readonly namespace: string;
  readonly host: string;
}

export interface GatewayServer {
  readonly port: number;
  /** `https`: TLS ends here. `tls`: it passes through. */
  readonly protocol: 'http' | 'https' | 'tcp' | 'tls';
  readonly hosts: readonly ServerHost[];
  readonly httpsRedirect: boolean;
}

export interface GatewayModel {
  readonly object: MeshObject;
  /** `namespace/name`. */
  readonly name: string;
  /** Empty: every gateway proxy. */
  readonly selector: Labels;
  readonly servers: readonly GatewayServer[];
  readonly problems: readonly CompileProblem[];
}

const protocols: Readonly<Record<string, GatewayServer['protocol']>> = {
  HTTP: 'http',
  HTTP2: 'http',
  GRPC: 'http',
  'GRPC-WEB': 'http',
  HTTPS: 'https',
  TLS: 'tls',
  TCP: 'tcp',
  MONGO: 'tcp',
  MYSQL: 'tcp',
  REDIS: 'tcp',
};

function readServerHost(item: SpecNode, namespace: string): readonly ServerHost[] {
  const text = item.string();
  if (text === undefined) return [];
  const slash = text.indexOf('/');
  const scope = slash < 0 ? '*' : text.slice(0, slash);
  const host = text.slice(slash + 1);
  if (host === '') item.error('A host must not be empty.');
  return host === '' ? [] : [{ namespace: scope === '.' ? namespace : scope, host }];
}

function readServer(node: SpecNode, namespace: string): readonly GatewayServer[] {
  const port = node.child('port');
  const number = port.child('number').integer();
  if (number === undefined || number < 1 || number > 65535) {
    port.error('A server needs a port number between 1 and 65535.');
    return [];
  }
  const declared = port.child('protocol').string() ?? '';
  const protocol = Object.hasOwn(protocols, declared.toUpperCase()) ? protocols[declared.toUpperCase()] : undefined;
  if (!protocol) {
    port.child('protocol').error(`"${declared}" is not one of ${Object.keys(protocols).join(', ')}.`);
    return [];
  }
  const hosts = node
    .child('hosts')
    .items()
    .flatMap((item) => readServerHost(item, namespace));
  if (hosts.length === 0) node.child('hosts').error('A server needs at least one host.');
  const tls = node.child('tls');
  const mode = tls.child('mode').string() ?? '';
  const passes = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
  if (protocol === 'https' && !tls.present) node.error('An HTTPS server needs tls settings.');
  return [
    {
      port: number,
      protocol: protocol === 'https' && passes ? 'tls' : protocol,
      hosts,
      httpsRedirect: tls.child('httpsRedirect').boolean() ?? false,
    },
  ];
}

/** Gateways of a snapshot, oldest first. */
export function readGateways(snapshot: Snapshot): readonly GatewayModel[] {
  return [...snapshot.ofKind(Kinds.gateway)].sort(byAge).map((object) => {
    const { report, problems } = problemsOf(object);
    const spec = new SpecNode(object.spec, ['spec'], report);
    const servers = spec
      .child('servers')
      .items()
      .flatMap((item) => readServer(item, object.namespace));
    if (!spec.child('servers').present) spec.error('A Gateway needs servers.');
    return {
      object,
      name: `${object.namespace}/${object.name}`,
      selector: spec.child('selector').stringMap(),
      servers,
      problems,
    };
  });
}

/** Gateways a gateway proxy carries out. The selector is compared with pods of every namespace. */
export function gatewaysOf(gateways: readonly GatewayModel[], labels: Labels): readonly GatewayModel[] {
  return gateways.filter(({ selector }) => selectorMatches(selector, labels));
}

/** Hosts of a server that a VirtualService of the namespace may bind to. */
export function hostsForNamespace(server: GatewayServer, namespace: string): readonly string[] {
  return server.hosts
    .filter((entry) => entry.namespace === '*' || entry.namespace === namespace)
    .map(({ host }) => host);
}

/** Hosts covered by both lists, by their very letters; of two that overlap the narrower. In lower case, as they are served. */
export function intersectHosts(a: readonly string[], b: readonly string[]): readonly string[] {
  const result = new Set<string>();
  for (const left of a) {
    for (const right of b) {
      if (lettersCover(right, left)) result.add(left.toLowerCase());
      else if (lettersCover(left, right)) result.add(right.toLowerCase());
    }
  }
  return [...result];
}
