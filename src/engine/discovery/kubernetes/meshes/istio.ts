import type { MeshInstallation } from '../../../../shared/cluster.ts';
import { fieldOf } from '../../../../shared/untrusted.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { istioControlPlanes, revisionTags } from './istio-control-planes.ts';
import { imageVersion, podView } from './pod-view.ts';

/**
 * Istio by its control planes; where they are outside this cluster, by the proxies that run in it. `heardVersion`: what an
 * istiod says it is, for images that do not tell.
 */
export function detectIstio(snapshot: Snapshot, heardVersion?: string): MeshInstallation | undefined {
  const planes = istioControlPlanes(snapshot);
  const modes = dataPlaneModes(snapshot);
  const [first] = planes;
  if (!first) {
    const version = proxyVersion(snapshot);
    if (version === undefined) return undefined;
    return {
      kind: 'istio',
      dataPlaneModes: modes,
      summary: `Istio with a control plane outside this cluster, or one that may not be read; proxies ${version || 'of unknown version'}.`,
    };
  }
  const revisions = [...new Set(planes.map(({ revision }) => revision))];
  const versions = [...new Set(planes.flatMap(({ version = heardVersion }) => version ?? []))];
  const namespaces = [...new Set(planes.map(({ namespace }) => namespace))];
  const tags = [...revisionTags(snapshot)].map(([tag, revision]) => `${tag} → ${revision}`).sort();
  const parts = [
    `Istio ${versions.length > 0 ? versions.join(', ') : 'of unknown version'} in ${namespaces.join(', ')}`,
    `${revisions.length === 1 ? 'revision' : 'revisions'} ${revisions.join(', ')}`,
    ...(tags.length > 0 ? [`${tags.length === 1 ? 'tag' : 'tags'} ${tags.join(', ')}`] : []),
    modes.map((mode) => (mode === 'sidecar' ? 'sidecars' : 'ambient')).join(' and '),
  ];
  return {
    kind: 'istio',
    namespace: first.namespace,
    ...(versions[0] === undefined ? {} : { version: versions[0] }),
    revisions,
    dataPlaneModes: modes,
    summary: `${parts.join('; ')}.`,
  };
}

/** istiod can always inject; ambient is there where its node proxy is, or its node agent is told of it. */
function dataPlaneModes(snapshot: Snapshot): readonly ('sidecar' | 'ambient')[] {
  const hasZtunnel = snapshot
    .ofKind('apps/DaemonSet')
    .some(
      (object) =>
        object.labels['app.kubernetes.io/name'] === 'ztunnel' ||
        object.name === 'ztunnel' ||
        podView(object).labels['app'] === 'ztunnel',
    );
  const agent = snapshot.ofKind('core/ConfigMap').find(({ name }) => name === 'istio-cni-config');
  const isAmbient = hasZtunnel || fieldOf(fieldOf(agent?.rest, 'data'), 'AMBIENT_ENABLED') === 'true';
  return isAmbient ? ['sidecar', 'ambient'] : ['sidecar'];
}

/** Version of the first injected proxy, empty where its image says none; undefined where there is no proxy. */
function proxyVersion(snapshot: Snapshot): string | undefined {
  for (const pod of snapshot.ofKind('core/Pod')) {
    const proxy = podView(pod).containers.find(({ name }) => name === 'istio-proxy');
    if (proxy) return imageVersion(proxy.image) ?? '';
  }
  return undefined;
}
