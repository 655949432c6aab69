import type { ClusterTreeItem } from '../../../shared/cluster.ts';
import type { HealthState } from '../../../shared/health.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../../shared/untrusted.ts';
import { selectedBy, selectorOf } from '../../model/indexes/selectors.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type MeshObject } from '../../model/mesh-object.ts';
import { labelWords, unservedHealth } from '../../topology/cluster/gateway-servers.ts';
import { conditionProblem } from './conditions.ts';
import { isReady } from './pod-state.ts';
import { treeItem } from './tree-item.ts';
import type { NamespaceInput } from './tree-input.ts';
import type { Workload } from './workload-items.ts';

/** Gateways that objects declare: Istio's and those of the Gateway API. */
export function gatewayItems(input: NamespaceInput): readonly ClusterTreeItem[] {
  const { snapshot, namespace } = input;
  return [
    ...snapshot.inNamespace(Kinds.gateway, namespace).map((gateway) => istioGateway(input, gateway)),
    ...snapshot.inNamespace(Kinds.kubernetesGateway, namespace).map((gateway) => kubernetesGateway(input, gateway)),
  ];
}

/** A workload that is there to be a gateway: by the labels that Istio's charts, its injector and the Gateway API give. */
export function isGatewayWorkload({ object, pods }: Workload): boolean {
  const labels = [...(pods[0] ? [pods[0].labels] : []), ...(object ? [object.labels] : [])];
  return labels.some(
    (one) =>
      Object.hasOwn(one, 'gateway.networking.k8s.io/gateway-name') ||
      /^(?:Ingress|Egress)Gateways$/.test(one['operator.istio.io/component'] ?? '') ||
      /^(?:ingress|egress)gateway$/.test(one['istio'] ?? ''),
  );
}

function istioGateway(input: NamespaceInput, gateway: MeshObject): ClusterTreeItem {
  const servers = listOf(fieldOf(gateway.spec, 'servers'));
  const ports = servers.flatMap((server) => {
    const number = numberOf(fieldOf(fieldOf(server, 'port'), 'number'));
    return number === undefined
      ? []
      : [`${number} ${stringOf(fieldOf(fieldOf(server, 'port'), 'protocol')) ?? ''}`.trim()];
  });
  const hosts = servers.flatMap((server) => listOf(fieldOf(server, 'hosts')).flatMap((host) => stringOf(host) ?? []));
  return treeItem(input, {
    ref: refOf(gateway),
    health: selectionHealth(input, gateway),
    words: ['Istio', [...new Set(ports)].join(', '), few([...new Set(hosts)])],
  });
}

/** By default a Gateway selects pods of any namespace (PILOT_SCOPE_GATEWAY_TO_NAMESPACE). */
function selectionHealth({ snapshot, namespace, knowsAllPods }: NamespaceInput, gateway: MeshObject): HealthState {
  const selector = selectorOf(gateway);
  if (!selector) return { health: 'unknown', reason: 'It selects every proxy of a gateway' };
  const namespaces = [namespace, ...snapshot.objectsOf(Kinds.pod).namespaces];
  const pods = [...new Set(namespaces)].flatMap((one) => [...selectedBy(snapshot, Kinds.pod, one, selector)]);
  if (pods.length === 0) return unservedHealth(selector, knowsAllPods);
  const ready = pods.filter(isReady).length;
  if (ready === 0) return { health: 'failing', reason: `No pod with the labels ${labelWords(selector)} is ready` };
  return { health: 'healthy', reason: ready === 1 ? '1 pod ready' : `${ready} pods ready` };
}

function kubernetesGateway(input: NamespaceInput, gateway: MeshObject): ClusterTreeItem {
  const listeners = listOf(fieldOf(gateway.spec, 'listeners'));
  const addresses = listOf(fieldOf(gateway.status, 'addresses')).flatMap(
    (address) => stringOf(fieldOf(address, 'value')) ?? [],
  );
  const conditions = fieldOf(gateway.status, 'conditions');
  const problem = conditionProblem(conditions, ['Accepted', 'Programmed']);
  const health: HealthState = problem
    ? { health: 'failing', reason: problem }
    : listOf(conditions).length === 0
      ? { health: 'unknown', reason: 'No controller has said anything about it' }
      : { health: 'healthy', reason: 'Accepted and programmed' };
  return treeItem(input, {
    ref: refOf(gateway),
    health,
    words: [
      stringOf(fieldOf(gateway.spec, 'gatewayClassName')) ?? '',
      listeners
        .map((listener) =>
          `${numberOf(fieldOf(listener, 'port')) ?? '?'} ${stringOf(fieldOf(listener, 'protocol')) ?? ''}`.trim(),
        )
        .join(', '),
      few(addresses),
    ],
  });
}

const few = (words: readonly string[]): string =>
  words.length > 2 ? `${words.slice(0, 2).join(', ')} +${words.length - 2}` : words.join(', ');
