import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, Index } from '../check.ts';
import { namespaceLabelsOf } from '../directories/workload-membership.ts';

export interface InjectorSettings {
  readonly object: MeshObject;
  /** Namespaces without any label are injected too. */
  readonly injectsByDefault: boolean;
  /** Probes are sent to the sidecar's agent, unless a pod says otherwise; absent where it is not said. */
  readonly rewritesProbes?: boolean;
  /** Image of the sidecar, without a variant; absent where it is not said. */
  readonly image?: string;
}

/** Name of the ConfigMap that istiod keeps for the injector; those of revisions end in `-REVISION`. */
const baseName = 'istio-sidecar-injector';

/** Settings of the sidecar injector by revision, where its ConfigMap is at hand; the unnamed revision is `default`. */
export const injectorSettings: Index<ReadonlyMap<string, InjectorSettings>> = {
  inputs: [Kinds.configMap],
  relevant: (object) => isInjectorMap(object) && object.rest,
  build: (objects) =>
    new Map(
      objects.ofKind(Kinds.configMap).flatMap((object) => {
        const settings = isInjectorMap(object) ? readSettings(object) : undefined;
        return settings ? [[object.name.slice(baseName.length + 1) || 'default', settings] as const] : [];
      }),
    ),
};

/** Settings of the injector that adds the sidecar to a workload; undefined where they are not at hand. */
export function injectorOf(
  context: Pick<CheckContext, 'index' | 'hasKnownNamespace'>,
  { object, labels: own }: WorkloadView,
): InjectorSettings | undefined {
  const labels = namespaceLabelsOf(context, object);
  if (!labels) return undefined;
  const revision =
    labels['istio-injection'] === 'enabled' ? 'default' : (labels['istio.io/rev'] ?? own['istio.io/rev']);
  return revision === undefined ? undefined : context.index(injectorSettings).get(revision);
}

function isInjectorMap({ name }: MeshObject): boolean {
  return name === baseName || name.startsWith(`${baseName}-`);
}

function readSettings(object: MeshObject): InjectorSettings | undefined {
  const text = stringOf(valueAt(object.rest, ['data', 'values']));
  const values = text === undefined ? undefined : parsed(text);
  if (!isRecord(values)) return undefined;
  const image = imageOf(fieldOf(values, 'global'));
  const rewrites = valueAt(values, ['sidecarInjectorWebhook', 'rewriteAppHTTPProbe']);
  return {
    object,
    injectsByDefault: valueAt(values, ['sidecarInjectorWebhook', 'enableNamespacesByDefault']) === true,
    ...(image !== undefined && { image }),
    ...(typeof rewrites === 'boolean' && { rewritesProbes: rewrites }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function imageOf(global: unknown): string | undefined {
  const image = stringOf(valueAt(global, ['proxy', 'image']));
  if (image === undefined || image.includes('/')) return image;
  const [hub, tag] = [stringOf(fieldOf(global, 'hub')), fieldOf(global, 'tag')];
  return hub === undefined || (typeof tag !== 'string' && typeof tag !== 'number')
    ? undefined
    : `${hub}/${image}:${String(tag)}`;
}
