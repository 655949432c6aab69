import { fieldOf, stringOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../model/mesh-object.ts';
import { refOf } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Declarations, DeclaredService } from '../declarations.ts';
import { declareCalls } from './declare-calls.ts';
import { declareServices } from './declare-services.ts';
import { declareWorkloads, type ClusterNaming, type LabelledWorkload } from './declare-workloads.ts';
import { gatewayNameLabel, gatewaySelectors, waypointClass } from './gateway-roles.ts';
import { servedGateways, unservedGateway } from './gateway-servers.ts';
import { ingressGateway } from './ingress-routes.ts';

/** Kinds that one namespace's part depends on. */
const namespaced: readonly KindKey[] = [
  Kinds.pod,
  Kinds.deployment,
  Kinds.statefulSet,
  Kinds.daemonSet,
  Kinds.replicaSet,
  Kinds.job,
  Kinds.service,
  Kinds.serviceEntry,
  Kinds.endpointSlice,
  Kinds.kubernetesGateway,
  Kinds.ingress,
];
const routing: readonly KindKey[] = [
  Kinds.gateway,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.httpRoute,
  Kinds.grpcRoute,
  Kinds.tlsRoute,
  Kinds.tcpRoute,
];

interface Part {
  readonly of: readonly unknown[];
  readonly workloads: readonly LabelledWorkload[];
  readonly services: readonly DeclaredService[];
}

/**
 * A cluster's objects as declarations. Snapshots share what did not change, so only namespaces with changes are read
 * again; the same snapshot gives the same value.
 */
export class ClusterDeclarations {
  readonly #naming: ClusterNaming;
  #parts = new Map<string, Part>();
  #of: Snapshot | undefined;
  #knowsAllPods = false;
  #selectors: { readonly of: unknown; readonly list: readonly Labels[] } | undefined;
  #routesOf: readonly unknown[] = [];
  #declarations: Declarations = { services: [], workloads: [], calls: [] };

  constructor(naming: ClusterNaming) {
    this.#naming = naming;
  }

  /** `knowsAllPods`: those of the whole cluster were listed, so that what is not among them does not exist. */
  of(snapshot: Snapshot, knowsAllPods: boolean): Declarations {
    const knewAllPods = this.#knowsAllPods;
    if (this.#of === snapshot && knewAllPods === knowsAllPods) return this.#declarations;
    this.#of = snapshot;
    this.#knowsAllPods = knowsAllPods;
    const gateways = snapshot.objectsOf(Kinds.gateway);
    if (this.#selectors?.of !== gateways) this.#selectors = { of: gateways, list: gatewaySelectors(snapshot) };
    const { list: selectors } = this.#selectors;
    const places = new Set(namespaced.flatMap((kind) => snapshot.objectsOf(kind).namespaces));
    const parts = new Map<string, Part>();
    for (const namespace of [...places].sort()) parts.set(namespace, this.#partOf(namespace, snapshot, selectors));
    const isSame =
      parts.size === this.#parts.size && [...parts].every(([name, part]) => this.#parts.get(name) === part);
    const routesOf = routing.map((kind) => snapshot.objectsOf(kind));
    if (isSame && knewAllPods === knowsAllPods && sameList(routesOf, this.#routesOf)) return this.#declarations;
    this.#parts = parts;
    this.#routesOf = routesOf;
    const running = [...parts.values()].flatMap((part) => part.workloads);
    const names = new Set(running.map(({ namespace, name }) => `${namespace}/${name}`));
    const unserved = servedGateways(snapshot, running)
      .filter(({ gateway: { namespace, name }, servers }) => servers.length === 0 && !names.has(`${namespace}/${name}`))
      .map((gateway) => unservedGateway(gateway, this.#naming, knowsAllPods));
    const workloads = [...running, ...unserved];
    const services = [...parts.values()].flatMap((part) => part.services);
    const calls = declareCalls({ snapshot, naming: this.#naming, workloads, services });
    this.#declarations = { workloads, services, calls };
    return this.#declarations;
  }

  #partOf(namespace: string, snapshot: Snapshot, selectors: readonly Labels[]): Part {
    const of = [...namespaced.map((kind) => snapshot.inNamespace(kind, namespace)), selectors];
    const known = this.#parts.get(namespace);
    if (known && sameList(known.of, of)) return known;
    const running = declareWorkloads(namespace, snapshot, this.#naming, selectors);
    const services = declareServices(namespace, snapshot, this.#naming, running);
    const behind = servicesBehind(services);
    const workloads = [
      ...running,
      ...this.#gatewaysElsewhere(namespace, snapshot, running),
      ...snapshot.inNamespace(Kinds.ingress, namespace).map((ingress) => ingressGateway(ingress, this.#naming)),
    ].map((workload) => {
      const names = behind.get(workload.name) ?? [];
      const service = names.find((name) => name === workload.app) ?? names[0];
      return service === undefined ? workload : { ...workload, service };
    });
    return { of, workloads, services };
  }

  /** Gateways of the Gateway API for which nothing runs in this namespace: their controller serves them elsewhere. */
  #gatewaysElsewhere(
    namespace: string,
    snapshot: Snapshot,
    running: readonly LabelledWorkload[],
  ): readonly LabelledWorkload[] {
    const served = new Set(running.flatMap(({ labels }) => labels[gatewayNameLabel] ?? []));
    return snapshot.inNamespace(Kinds.kubernetesGateway, namespace).flatMap((gateway: MeshObject) => {
      if (served.has(gateway.name) || stringOf(fieldOf(gateway.spec, 'gatewayClassName')) === waypointClass) return [];
      return [
        {
          namespace,
          name: gateway.name,
          cluster: this.#naming.cluster,
          kind: 'gateway' as const,
          app: gateway.name,
          version: '',
          principal: '',
          instances: [],
          membership: 'none' as const,
          declaredAt: this.#naming.locate(refOf(gateway)),
          labels: {},
          pods: [],
        },
      ];
    });
  }
}

/** Names of the services of each workload, sorted. */
function servicesBehind(services: readonly DeclaredService[]): ReadonlyMap<string, readonly string[]> {
  const behind = new Map<string, string[]>();
  for (const { name, workloads } of services) {
    for (const workload of workloads) {
      const names = behind.get(workload);
      if (names) names.push(name);
      else behind.set(workload, [name]);
    }
  }
  for (const names of behind.values()) names.sort();
  return behind;
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
