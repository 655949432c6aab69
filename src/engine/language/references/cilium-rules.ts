import { textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import { expressionLabel, selectorLabel, workloadSelector } from './label-namings.ts';
import { portOfPods } from './port-namings.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const kinds = [Kinds.ciliumNetworkPolicy, Kinds.ciliumClusterwideNetworkPolicy];

/** What Cilium knows of every endpoint beside its own labels. */
const namespaceLabel = 'k8s:io.kubernetes.pod.namespace';

/** Labels of endpoints; before each may stand where it comes from. */
function endpointLabels(isSubject: boolean): Naming {
  const ofPods = workloadSelector('namespace');
  return {
    ...ofPods,
    targetOf(place, settings) {
      const hasSource = Object.keys(textsOf(place.value)).some((key) => key.includes(':'));
      const isNamespaced = place.object.kind === 'CiliumNetworkPolicy';
      return isSubject && isNamespaced && !hasSource ? ofPods.targetOf(place, settings) : undefined;
    },
    proposals: (place, knowledge) => [
      ...(isSubject ? ofPods.proposals(place, knowledge) : knowledge.labelKeys()),
      { name: namespaceLabel, type: 'label', detail: 'the namespace' },
    ],
  };
}

const endpointLabel: Naming = {
  ...selectorLabel('mesh'),
  proposals({ path }, knowledge) {
    const key = String(path.at(-1)).replace(/^(?:k8s|any):/, '');
    if (`k8s:${key}` === namespaceLabel) return knowledge.namespaces().map((name) => ({ name, type: 'namespace' }));
    return knowledge.labelValues(key);
  },
};

const specs = ['spec', 'specs.*'];
const peers = specs.flatMap((spec) =>
  ['ingress', 'ingressDeny', 'egress', 'egressDeny'].map((direction) => {
    return `${spec}.${direction}.*.${direction.startsWith('in') ? 'fromEndpoints' : 'toEndpoints'}.*`;
  }),
);
const subjects = specs.map((spec) => `${spec}.endpointSelector`);
const below = (selectors: readonly string[], rest: string): string[] => selectors.map((each) => `${each}.${rest}`);
const { key, value } = expressionLabel('mesh');
const port = portOfPods({ selector: ['spec', 'endpointSelector', 'matchLabels'] });

/** Fields of Cilium's policies that name something. */
export const ciliumRules: readonly ReferenceRule[] = [
  ...rules(kinds, endpointLabels(true), ...below(subjects, 'matchLabels')),
  ...rules(kinds, endpointLabels(false), ...below(peers, 'matchLabels')),
  ...rules(kinds, endpointLabel, ...below([...subjects, ...peers], 'matchLabels.*')),
  ...rules(kinds, key, ...below([...subjects, ...peers], 'matchExpressions.*.key')),
  ...rules(kinds, value, ...below([...subjects, ...peers], 'matchExpressions.*.values.*')),
  ...rules(kinds, port, 'spec.ingress.*.toPorts.*.ports.*.port'),
];
