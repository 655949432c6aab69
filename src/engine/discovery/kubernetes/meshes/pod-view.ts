import { fieldOf, listOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';

/** What detection reads of a pod, or of the template of a workload. */
export interface PodView {
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Init containers included: native sidecars are such. */
  readonly containers: readonly ContainerView[];
}

interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
}

/** Of a Pod itself, of anything with `spec.template` its template. */
export function podView(object: MeshObject): PodView {
  if (object.kind === 'Pod')
    return { labels: object.labels, annotations: object.annotations, containers: containersOf(object.spec) };
  const template = fieldOf(object.spec, 'template');
  const metadata = fieldOf(template, 'metadata');
  return {
    labels: textsOf(fieldOf(metadata, 'labels')),
    annotations: textsOf(fieldOf(metadata, 'annotations')),
    containers: containersOf(fieldOf(template, 'spec')),
  };
}

function containersOf(spec: unknown): readonly ContainerView[] {
  return [...listOf(fieldOf(spec, 'initContainers')), ...listOf(fieldOf(spec, 'containers'))].map((container) => ({
    name: stringOf(fieldOf(container, 'name')) ?? '',
    image: stringOf(fieldOf(container, 'image')) ?? '',
    args: listOf(fieldOf(container, 'args')).flatMap((arg) => stringOf(arg) ?? []),
  }));
}

/** Version in an image's tag, without the variants builders append: `1.31.0` of `istio/pilot:1.31.0-distroless@sha256:…`. */
export function imageVersion(image: string): string | undefined {
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1];
  const version = tag?.replace(/^v(?=\d)/, '').replace(/-(?:distroless|debug|ubi|ent|fips)\b.*$/, '');
  return version !== undefined && /^\d+\.\d+|^(?:stable|edge|enterprise)-/.test(version) ? version : undefined;
}
