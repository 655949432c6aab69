import type { ClusterTreeItem } from '../../../shared/cluster.ts';
import type { HealthState } from '../../../shared/health.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../../shared/untrusted.ts';
import { selectedBy, selectorOf } from '../../model/indexes/selectors.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type MeshObject } from '../../model/mesh-object.ts';
import { awaitsStart } from './rollout.ts';
import { treeItem } from './tree-item.ts';
import type { NamespaceInput } from './tree-input.ts';

export function serviceItems(input: NamespaceInput): readonly ClusterTreeItem[] {
  return input.snapshot.inNamespace(Kinds.service, input.namespace).map((service) => serviceItem(input, service));
}

function serviceItem(input: NamespaceInput, service: MeshObject): ClusterTreeItem {
  const ports = listOf(fieldOf(service.spec, 'ports'));
  const type = stringOf(fieldOf(service.spec, 'type')) ?? 'ClusterIP';
  const externalName = type === 'ExternalName' ? (stringOf(fieldOf(service.spec, 'externalName')) ?? '') : undefined;
  const ready = readiness(input, service, ports);
  const judged = serviceHealth(service, externalName, ready);
  const isIll = judged.health === 'failing' || judged.health === 'degraded';
  const isLate = isIll && isStarting(input, service);
  const health = isLate ? startingHealth(ready) : judged;
  const podless = selectorOf(service) ? 'no pods' : '';
  const words =
    externalName === undefined
      ? [
          type === 'ClusterIP' ? '' : type,
          ports.map(portWord).join(', '),
          ready.total > 0 ? `${ready.ready}/${ready.total} ready` : isLate ? 'starting' : podless,
        ]
      : [`external name ${externalName}`];
  return treeItem(input, { ref: refOf(service), health, words });
}

/** What it lacks are pods that a rollout has not made ready yet. */
function isStarting({ snapshot, namespace }: NamespaceInput, service: MeshObject): boolean {
  const selector = selectorOf(service);
  return selector !== undefined && awaitsStart(snapshot, selectedBy(snapshot, Kinds.pod, namespace, selector));
}

const startingHealth = ({ ready, total }: Readiness): HealthState => ({
  health: 'unknown',
  reason: total === 0 ? 'Its pods are starting' : `Its pods are starting, ${ready} of ${total} endpoints are ready`,
});

interface Readiness {
  readonly ready: number;
  readonly total: number;
}

/** By the port that is served worst: one that no pod serves is as bad for its callers as no pod. */
function readiness(
  { endpoints }: NamespaceInput,
  { namespace, name }: MeshObject,
  ports: readonly unknown[],
): Readiness {
  const counts = ports.map((port): Readiness => {
    const number = numberOf(fieldOf(port, 'port'));
    const found = number === undefined ? [] : endpoints.endpointsOf(namespace, name, number);
    return { ready: found.filter(({ health }) => health === 'healthy').length, total: found.length };
  });
  return counts.reduce((worst, one) => (one.ready < worst.ready ? one : worst), counts[0] ?? { ready: 0, total: 0 });
}

function serviceHealth(
  service: MeshObject,
  externalName: string | undefined,
  { ready, total }: Readiness,
): HealthState {
  if (externalName !== undefined)
    return { health: 'unknown', reason: `A name for ${externalName}, which is not part of the cluster` };
  if (total === 0)
    return selectorOf(service)
      ? { health: 'failing', reason: 'No pod serves it: none matches its selector, or none has the port' }
      : { health: 'unknown', reason: 'It selects no pods and has no endpoints' };
  if (ready === 0)
    return {
      health: 'failing',
      reason: total === 1 ? 'Its only endpoint is not ready' : `None of its ${total} endpoints is ready`,
    };
  if (ready < total) return { health: 'degraded', reason: `${ready} of ${total} endpoints are ready` };
  return { health: 'healthy', reason: total === 1 ? '1 endpoint ready' : `${total} endpoints ready` };
}

function portWord(port: unknown): string {
  const number = numberOf(fieldOf(port, 'port'));
  const name = stringOf(fieldOf(port, 'name'));
  return `${number ?? '?'}${name ? ` ${name}` : ''}`;
}
