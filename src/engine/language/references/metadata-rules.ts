/** Labels and annotations by which a mesh takes up a namespace or a pod. */
import { Kinds } from '../../model/kinds.ts';
import type { KindKey } from '../../model/mesh-object.ts';
import { istioAnnotations } from '../../policy/schema/istio-annotations.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';

type Words = Readonly<Record<string, readonly string[]>>;

/** Keys, with the values that each may have. */
const namespaceLabels: Words = {
  'istio-injection': ['enabled', 'disabled'],
  'istio.io/rev': [],
  'istio.io/dataplane-mode': ['ambient', 'none'],
  'istio.io/use-waypoint': [],
};
const podLabels: Words = {
  'sidecar.istio.io/inject': ['true', 'false'],
  'istio.io/rev': [],
  'istio.io/dataplane-mode': ['ambient', 'none'],
  'istio.io/use-waypoint': [],
};
const linkerdAnnotations: Words = { 'linkerd.io/inject': ['enabled', 'disabled', 'ingress'] };
const podAnnotations: Words = {
  ...linkerdAnnotations,
  ...Object.fromEntries(
    [...istioAnnotations]
      .filter(([, { on, successor }]) => on.includes('Pod') && successor === undefined)
      .map(([key]) => [key, []] as const),
  ),
};

const templated = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet, Kinds.replicaSet, Kinds.job];

export const metadataRules: readonly ReferenceRule[] = [
  ...rulesOf([Kinds.namespace], ['metadata', 'labels'], namespaceLabels),
  ...rulesOf([Kinds.namespace], ['metadata', 'annotations'], linkerdAnnotations),
  ...rulesOf([Kinds.pod], ['metadata', 'labels'], podLabels),
  ...rulesOf([Kinds.pod], ['metadata', 'annotations'], podAnnotations),
  ...rulesOf(templated, ['spec', 'template', 'metadata', 'labels'], podLabels),
  ...rulesOf(templated, ['spec', 'template', 'metadata', 'annotations'], podAnnotations),
];

function rulesOf(kinds: readonly KindKey[], at: readonly string[], words: Words): readonly ReferenceRule[] {
  const values = Object.entries(words).filter(([, known]) => known.length > 0);
  return [
    { kinds, at, naming: { ...proposing(Object.keys(words), 'label'), isOfKeys: true } },
    ...values.map(([key, known]): ReferenceRule => {
      return { kinds, at: [...at, key], naming: proposing(known, 'value') };
    }),
  ];
}

function proposing(names: readonly string[], type: NameProposal['type']): Naming {
  const known = names.map((name): NameProposal => ({ name, type }));
  return { targetOf: () => undefined, proposals: () => known, renamed: () => undefined };
}
