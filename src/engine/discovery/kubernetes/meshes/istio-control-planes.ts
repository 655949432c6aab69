import { compareText } from '../../../../shared/compare.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { isOfIstiod } from './control-plane-namespace.ts';
import { imageVersion, podView } from './pod-view.ts';

/** One revision of istiod in one namespace. */
export interface IstioControlPlane {
  readonly namespace: string;
  readonly revision: string;
  readonly version?: string;
  /** Of its `--domain` argument. */
  readonly clusterDomain?: string;
}

const sources = ['apps/Deployment', 'core/Pod', 'core/Service'] as const;

/**
 * istiod by the labels that its chart and its operator set. The Deployment says most; where it may not be read, its pods or
 * at least its service do.
 */
export function istioControlPlanes(snapshot: Snapshot): readonly IstioControlPlane[] {
  const found = new Map<string, IstioControlPlane>();
  for (const kind of sources)
    for (const object of snapshot.ofKind(kind)) {
      if (!isOfIstiod(object)) continue;
      // A tag's service stands beside that of the revision it points to.
      if (object.labels['istio.io/tag'] !== undefined) continue;
      const revision = object.labels['istio.io/rev'] ?? 'default';
      const key = `${object.namespace}/${revision}`;
      found.set(key, { ...controlPlane(object, revision), ...found.get(key) });
    }
  return [...found.values()].sort(
    (a, b) => compareText(a.namespace, b.namespace) || compareText(a.revision, b.revision),
  );
}

function controlPlane(object: MeshObject, revision: string): IstioControlPlane {
  const discovery = podView(object).containers.find(({ name }) => name === 'discovery');
  const label = object.labels['app.kubernetes.io/version'] ?? object.labels['operator.istio.io/version'];
  const version = (discovery && imageVersion(discovery.image)) ?? (label === 'unknown' ? undefined : label);
  const domain = discovery?.args[discovery.args.indexOf('--domain') + 1];
  const clusterDomain = discovery?.args.includes('--domain') ? domain : undefined;
  return {
    namespace: object.namespace,
    revision,
    ...(version === undefined ? {} : { version }),
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
  };
}

/**
 * Tags that point to a revision: `prod` → `1-31-0`. Written as labels on webhooks and, since Istio 1.25, on services, which
 * more people may read.
 */
export function revisionTags(snapshot: Snapshot): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const kind of ['core/Service', 'admissionregistration.k8s.io/MutatingWebhookConfiguration'])
    for (const { labels } of snapshot.ofKind(kind)) {
      const tag = labels['istio.io/tag'];
      const revision = labels['istio.io/rev'];
      if (tag !== undefined && revision !== undefined) tags.set(tag, revision);
    }
  return tags;
}
