import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { isMeshConfigMap, textEntry } from './mesh-configuration.ts';

/** Names that every control plane knows. */
const builtIn: readonly string[] = ['Kubernetes', 'External', 'Mock'];

interface Registries {
  /** Clusters that the control plane has credentials for; undefined where nothing tells them. */
  readonly remote: readonly string[] | undefined;
  /** What the control plane calls its own cluster. */
  readonly own: readonly string[];
}

/** Names of clusters in a Secret with credentials for other clusters; undefined for other Secrets. */
function clustersOf(object: MeshObject): readonly string[] | 'hidden' | undefined {
  if (object.labels['istio/multiCluster'] !== 'true') return undefined;
  const maps = [fieldOf(object.rest, 'data'), fieldOf(object.rest, 'stringData')].filter(isRecord);
  return maps.length > 0 ? maps.flatMap((map) => Object.keys(map)) : 'hidden';
}

function ownClusters(object: MeshObject): readonly string[] {
  return listOf(valueAt(object.spec, ['template', 'spec', 'containers']))
    .flatMap((container) => listOf(fieldOf(container, 'env')))
    .filter((variable) => fieldOf(variable, 'name') === 'CLUSTER_ID')
    .flatMap((variable) => stringOf(fieldOf(variable, 'value')) ?? []);
}

const registries: Index<Registries> = {
  inputs: [Kinds.secret, Kinds.deployment],
  relevant: (object) => (object.kind === 'Secret' ? clustersOf(object) : ownClusters(object)),
  build: (objects) => {
    const secrets = objects.ofKind(Kinds.secret).flatMap((object) => clustersOf(object) ?? []);
    return {
      remote: secrets.length === 0 || secrets.includes('hidden') ? undefined : secrets,
      own: objects.ofKind(Kinds.deployment).flatMap(ownClusters),
    };
  },
};

export const unknownNetworkRegistry: ObjectCheck = {
  scope: 'object',
  code: 'MESH2301',
  rule: 'unknown-network-registry',
  aliases: ['IST0126'],
  severity: 'error',
  summary: 'A network of the mesh takes its endpoints from a cluster that the control plane does not know.',
  subject: Kinds.configMap,
  inputs: [registries],
  run(context) {
    const { subject, settings } = context;
    const { remote, own } = context.index(registries);
    if (!isMeshConfigMap(subject, settings) || !remote) return;
    const known = [...builtIn, ...remote, ...own];
    const unknown = registriesOf(subject).filter(({ registry }) => !known.includes(registry));
    const names = new Set(unknown.map(({ registry }) => registry));
    for (const { network, registry } of unknown) {
      const near = nearestNames(registry, [...remote, ...own]);
      // The control plane has no Secret for its own cluster; where nothing tells its name, one name may be that.
      if (own.length === 0 && names.size === 1 && near.length === 0) continue;
      context.report(subject, ['data', 'meshNetworks'], {
        message: `Network \`${network}\` takes endpoints from cluster \`${registry}\`, for which no Secret has credentials.${didYouMean(near)}`,
        part: 'key',
      });
    }
  },
};

function registriesOf(object: MeshObject): readonly { readonly network: string; readonly registry: string }[] {
  const networks = fieldOf(textEntry(object, 'meshNetworks'), 'networks');
  return Object.entries(isRecord(networks) ? networks : {}).flatMap(([network, value]) =>
    listOf(fieldOf(value, 'endpoints')).flatMap((endpoint) => {
      const registry = stringOf(fieldOf(endpoint, 'fromRegistry'));
      return registry ? [{ network, registry }] : [];
    }),
  );
}
