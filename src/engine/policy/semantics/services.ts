/** Services and ServiceEntries of a snapshot in one form: what istiod calls its service registry. */
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { perPart } from '../../model/indexes/per-part.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { isExportedTo, resolveExportTo, type ExportTo } from './export-to.ts';
import { serviceHost } from './hosts.ts';
import { byAge } from './object-order.ts';
import { SpecNode } from './spec-node.ts';

/** `auto`: the port is not named by protocol, so that proxies look at the bytes: HTTP where it looks like it, else TCP. */
export type PortProtocol = 'http' | 'tcp' | 'tls' | 'auto';

export interface ServicePort {
  readonly name: string;
  readonly number: number;
  readonly protocol: PortProtocol;
  readonly targetPort?: number;
}

export interface ServiceModel {
  readonly host: string;
  readonly namespace: string;
  /** Name of the Service; of a ServiceEntry its host. */
  readonly name: string;
  readonly ports: readonly ServicePort[];
  readonly exportTo: ExportTo;
  /** Virtual addresses by which it may be called. */
  readonly addresses: readonly string[];
  readonly headless: boolean;
  /** MESH_EXTERNAL: never mutual TLS of the mesh's own. */
  readonly external: boolean;
  /** NONE: the connection goes where the caller dialled. */
  readonly resolution: 'CLUSTER' | 'STATIC' | 'DNS' | 'NONE';
  readonly selector: Labels;
  /** Host of a service of type ExternalName. */
  readonly aliasOf?: string;
  readonly object: MeshObject;
}

const httpNames = new Set(['http', 'http2', 'grpc', 'grpc-web', 'http_proxy']);
const tcpNames = new Set(['tcp', 'mongo', 'redis', 'mysql']);
const tlsNames = new Set(['https', 'tls']);
/** Server-first protocols on their usual ports are never sniffed: SMTP, DNS, MySQL, MongoDB. */
const neverSniffed = new Set([25, 53, 3306, 27017]);
const appProtocols: Readonly<Record<string, PortProtocol>> = {
  'kubernetes.io/h2c': 'http',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'tls',
};

/** Protocol of a port as istiod reads it: `appProtocol`, else the name up to the first dash. UDP gives undefined. */
export function portProtocol(
  port: number,
  name: string,
  transport: string,
  appProtocol: string | undefined,
): PortProtocol | undefined {
  if (transport === 'UDP' || transport === 'SCTP') return undefined;
  const known = appProtocol === undefined ? undefined : appProtocols[appProtocol];
  if (known) return known;
  const text = (appProtocol ?? name).toLowerCase();
  if (text.startsWith('grpc-web')) return 'http';
  const prefix = text.split('-', 1)[0] ?? '';
  if (httpNames.has(prefix)) return 'http';
  if (tcpNames.has(prefix)) return 'tcp';
  if (tlsNames.has(prefix)) return 'tls';
  return neverSniffed.has(port) ? 'tcp' : 'auto';
}

const ignore = (): void => undefined;
const isPort = (value: number | undefined): value is number => value !== undefined && value >= 1 && value <= 65535;

function readPorts(node: SpecNode, numberKey: 'port' | 'number'): readonly ServicePort[] {
  return node.items().flatMap((item): ServicePort[] => {
    const number = item.child(numberKey).integer();
    if (!isPort(number)) return [];
    const name = item.child('name').string() ?? '';
    const declared = item.child('protocol').string() ?? 'TCP';
    const protocol =
      numberKey === 'port'
        ? portProtocol(number, name, declared, item.child('appProtocol').string())
        : portProtocol(number, declared, declared === 'UDP' ? 'UDP' : 'TCP', undefined);
    if (!protocol) return [];
    const targetPort = item.child('targetPort').value;
    return [{ name, number, protocol, ...(typeof targetPort === 'number' && { targetPort }) }];
  });
}

function readService(object: MeshObject, settings: ResolvedMeshSettings): ServiceModel {
  const spec = new SpecNode(object.spec, ['spec'], ignore);
  const clusterIps = [spec.child('clusterIP').string() ?? '', ...spec.child('clusterIPs').strings()];
  const exportTo = object.annotations['networking.istio.io/exportTo'];
  const declared = exportTo === undefined ? [] : exportTo.split(',').map((part) => part.trim());
  const external = spec.child('type').string() === 'ExternalName' ? spec.child('externalName').string() : undefined;
  return {
    host: serviceHost(object.name, object.namespace, settings),
    namespace: object.namespace,
    name: object.name,
    ports: readPorts(spec.child('ports'), 'port'),
    exportTo: resolveExportTo(declared, object.namespace, settings, 'defaultServiceExportTo'),
    addresses: [...new Set(clusterIps)].filter((address) => address !== '' && address !== 'None'),
    headless: clusterIps[0] === 'None',
    external: false,
    resolution: 'CLUSTER',
    selector: spec.child('selector').stringMap(),
    ...(external !== undefined && external !== '' && { aliasOf: external.toLowerCase() }),
    object,
  };
}

function readServiceEntry(object: MeshObject, settings: ResolvedMeshSettings): readonly ServiceModel[] {
  const spec = new SpecNode(object.spec, ['spec'], ignore);
  const declared = spec.child('resolution').string() ?? 'NONE';
  const resolution = declared === 'STATIC' ? 'STATIC' : declared.startsWith('DNS') ? 'DNS' : 'NONE';
  const common = {
    namespace: object.namespace,
    ports: readPorts(spec.child('ports'), 'number'),
    exportTo: resolveExportTo(spec.child('exportTo').strings(), object.namespace, settings, 'defaultServiceExportTo'),
    addresses: spec.child('addresses').strings(),
    headless: false,
    // The first value of Istio's enumeration is MESH_EXTERNAL.
    external: spec.child('location').string() !== 'MESH_INTERNAL',
    resolution,
    selector: spec.child('workloadSelector').child('labels').stringMap(),
    object,
  } as const;
  return spec
    .child('hosts')
    .strings()
    .map((name) => ({ ...common, host: name.toLowerCase(), name: name.toLowerCase() }));
}

/** One changes, and thousands stay as they were read. */
const readersWith = perPart((settings: ResolvedMeshSettings) => ({
  ofService: perPart((object: MeshObject) => readService(object, settings)),
  ofEntry: perPart((object: MeshObject) => readServiceEntry(object, settings)),
}));

/** Every service of the snapshot: cluster services first, then entries, oldest first. */
export function readServices(
  snapshot: Pick<Snapshot, 'ofKind'>,
  settings: ResolvedMeshSettings,
): readonly ServiceModel[] {
  const { ofService, ofEntry } = readersWith(settings);
  return [
    ...[...snapshot.ofKind(Kinds.service)].sort(byAge).map(ofService),
    ...[...snapshot.ofKind(Kinds.serviceEntry)].sort(byAge).flatMap(ofEntry),
  ];
}

/**
 * Services a namespace sees, by host. Where several objects declare one host, a cluster service wins, then an entry of
 * the namespace itself, then the oldest.
 */
export function visibleServices(
  services: readonly ServiceModel[],
  namespace: string,
): ReadonlyMap<string, ServiceModel> {
  const byHost = new Map<string, ServiceModel>();
  for (const service of services) {
    if (!isExportedTo(service.exportTo, namespace)) continue;
    const present = byHost.get(service.host);
    const isOwnEntry = service.namespace === namespace && service.resolution !== 'CLUSTER';
    if (!present || (isOwnEntry && present.resolution !== 'CLUSTER' && present.namespace !== namespace)) {
      byHost.set(service.host, service);
    }
  }
  return byHost;
}

/** HTTP routes apply to the port. */
export const carriesHttp = (port: ServicePort): boolean => port.protocol === 'http' || port.protocol === 'auto';
