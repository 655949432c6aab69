/** Local processes in place of workloads of the cluster, for callers on the laptop. */
import type { StandIn } from '../../shared/dev-proxy.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../shared/untrusted.ts';
import type { EndpointDirectory, ModelEndpoint } from '../model/endpoints.ts';
import { selectableLabels, selectorOf } from '../model/indexes/selectors.ts';
import { Kinds } from '../model/kinds.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { selectorMatches } from '../policy/semantics/hosts.ts';
import { DevProxyError } from './dev-proxy-cluster.ts';

interface LocalAddress {
  readonly address: string;
  readonly port: number;
}

const controllers = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet] as const;

/** Local processes only: `127.0.0.1:3000`, `localhost:3000` or `[::1]:3000`. */
function localAddress(text: string): LocalAddress | undefined {
  const match = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65535) return undefined;
  return { address: match[1] === '[::1]' ? '::1' : match[1] === 'localhost' ? '127.0.0.1' : (match[1] ?? ''), port };
}

/** Throws {@link DevProxyError} for one that cannot be. */
export function checkStandIns(standIns: readonly StandIn[]): void {
  const seen = new Set<string>();
  for (const { namespace, workload, ports } of standIns) {
    const name = `${namespace}/${workload}`;
    if (seen.has(name)) throw new DevProxyError(`${name} has two stand-ins. Give all its ports to one.`);
    seen.add(name);
    const entries = Object.entries(ports);
    if (entries.length === 0) throw new DevProxyError(`The stand-in of ${name} has no port.`);
    for (const [port, local] of entries) {
      if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)
        throw new DevProxyError(`The stand-in of ${name} names the port "${port}". Give its number.`);
      if (!localAddress(local))
        throw new DevProxyError(
          `The stand-in of ${name} for port ${port} is at "${local}". Give an address of this machine, such as 127.0.0.1:3000.`,
        );
    }
  }
}

function controllerOf(snapshot: Snapshot, namespace: string, name: string): MeshObject | undefined {
  for (const kind of controllers) {
    const found = snapshot.find(kind, namespace, name);
    if (found) return found;
  }
  return undefined;
}

/** The port of the workload behind a port of a service, where the service selects the workload's pods. */
function workloadPort(service: MeshObject, controller: MeshObject, port: number): number | undefined {
  const selector = selectorOf(service);
  if (!selector || !selectorMatches(selector, selectableLabels(controller))) return undefined;
  const entry = listOf(fieldOf(service.spec, 'ports')).find((item) => fieldOf(item, 'port') === port);
  const target = fieldOf(entry, 'targetPort') ?? port;
  const number = numberOf(target);
  if (number !== undefined) return number;
  const containers = listOf(fieldOf(fieldOf(fieldOf(controller.spec, 'template'), 'spec'), 'containers'));
  const named = containers
    .flatMap((container) => listOf(fieldOf(container, 'ports')))
    .find((item) => fieldOf(item, 'name') === stringOf(target));
  return numberOf(fieldOf(named, 'containerPort'));
}

function labelOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function standInEndpoint(
  { namespace, workload }: StandIn,
  local: LocalAddress,
  like: Pick<ModelEndpoint, 'app' | 'version' | 'labels' | 'serviceAccount' | 'workloadPort' | 'weight'>,
): ModelEndpoint {
  const id = `${namespace}/${workload}-stand-in`;
  return { ...local, ...like, id, workload, namespace, health: 'healthy', meshed: false };
}

/**
 * Endpoints in which each stand-in has taken the place of its workload, with the labels and the share of load of the pods it
 * replaces; of a workload without pods, with those of its template.
 */
export function withStandIns(
  directory: EndpointDirectory,
  snapshot: Snapshot,
  standIns: readonly StandIn[],
): EndpointDirectory {
  if (standIns.length === 0) return directory;
  const replace = (
    endpoints: readonly ModelEndpoint[],
    standIn: StandIn,
    service: MeshObject | undefined,
    port: number,
  ): readonly ModelEndpoint[] => {
    const { namespace, workload, ports } = standIn;
    const localOf = (number: number): LocalAddress | undefined => {
      const key = String(number);
      return Object.hasOwn(ports, key) ? localAddress(ports[key] ?? '') : undefined;
    };
    const isReplaced = (one: ModelEndpoint): boolean =>
      one.namespace === namespace && one.workload === workload && localOf(one.workloadPort) !== undefined;
    const replaced = endpoints.filter(isReplaced);
    const [first] = replaced;
    if (first) {
      const local = localOf(first.workloadPort);
      if (!local) return endpoints;
      const weight = replaced.filter(({ health }) => health === 'healthy').reduce((sum, one) => sum + one.weight, 0);
      const { app, version, labels, serviceAccount, workloadPort: behind } = first;
      const own = standInEndpoint(standIn, local, {
        app,
        version,
        labels,
        serviceAccount,
        workloadPort: behind,
        weight: Math.max(1, weight),
      });
      return [...endpoints.filter((one) => !isReplaced(one)), own];
    }
    const controller = controllerOf(snapshot, namespace, workload);
    const number = service && controller && workloadPort(service, controller, port);
    const local = number === undefined ? undefined : localOf(number);
    if (!controller || number === undefined || !local) return endpoints;
    const labels = selectableLabels(controller);
    const own = standInEndpoint(standIn, local, {
      app: labelOf(labels, 'app') ?? workload,
      version: labelOf(labels, 'version') ?? '',
      labels,
      serviceAccount: 'default',
      workloadPort: number,
      weight: 1,
    });
    return [...endpoints, own];
  };
  return {
    endpointsOf: (namespace, name, port) => {
      const service = snapshot.find(Kinds.service, namespace, name);
      return standIns
        .filter((standIn) => standIn.namespace === namespace)
        .reduce(
          (endpoints, standIn) => replace(endpoints, standIn, service, port),
          directory.endpointsOf(namespace, name, port),
        );
    },
  };
}

/** What is wrong with stand-ins in this state of the cluster, in sentences. */
export function standInProblems(snapshot: Snapshot, standIns: readonly StandIn[]): readonly string[] {
  return standIns.flatMap(({ namespace, workload }) =>
    controllerOf(snapshot, namespace, workload) || snapshot.find(Kinds.pod, namespace, workload)
      ? []
      : [`There is no workload ${workload} in ${namespace} that a local process could stand in for.`],
  );
}
