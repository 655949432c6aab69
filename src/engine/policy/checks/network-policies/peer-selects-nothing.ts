import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorMatches, labelSelectorText } from '../../semantics/label-selector.ts';
import type { PolicyPeer, PolicyRule } from '../../semantics/network-policy/network-policy.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { replacements } from '../replacements.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { networkPolicyOf } from './network-policy-views.ts';
import { isDns } from './dns-of-own-namespace.ts';
import { emptySelection, selectedPodsHere, selectPods } from './selected-pods.ts';

const nameLabel = 'kubernetes.io/metadata.name';

export const peerSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH5002',
  rule: 'network-peer-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'A peer of a NetworkPolicy selects no pods or no namespaces, so the rule lets nobody through.',
  subject: Kinds.networkPolicy,
  inputs: [workloadDirectory, namespaceDirectory],
  run(context) {
    if (!context.isNamespaceKnown) return;
    for (const rule of networkPolicyOf(context.subject).rules) {
      for (const peer of rule.peers) {
        if (peer.namespaceSelector) {
          if (!checkNamespaces(context, peer)) checkPodsElsewhere(context, peer);
        } else if (peer.podSelector) checkPods(context, rule, peer);
      }
    }
  },
};

/** A selector of pods alone is for the policy's own namespace. */
function checkPods(context: CheckContext, rule: PolicyRule, { podSelector, path }: PolicyPeer): void {
  const { subject } = context;
  const empty = podSelector && emptySelection(context, podSelector);
  // That the DNS is not here is said by another rule.
  if (!empty || (rule.direction === 'egress' && isDns(context, podSelector))) return;
  const elsewhere = context
    .index(workloadDirectory)
    .all.filter(({ labels, object }) => context.hasKnownNamespace(object) && labelSelectorMatches(podSelector, labels));
  const namespaces = [...new Set(elsewhere.map(({ namespace }) => namespace))];
  const text = labelSelectorText(podSelector);
  const here = `No pod of namespace \`${subject.namespace}\` has \`${text}\``;
  const selectorPath = [...path, 'podSelector'];
  const related = elsewhere.slice(0, 3).map(({ object }) => ({
    message: `${object.kind} of namespace ${object.namespace}.`,
    object,
    path: ['metadata', 'name'],
  }));
  const neighbour = rule.peers.find((peer) => peer.namespaceSelector && !peer.podSelector);
  if (namespaces.length > 0) {
    const list = namespaces.slice(0, 3).map((name) => `\`${name}\``);
    const hint = neighbour
      ? 'Selectors of namespaces and pods that belong together stand in one item of the list.'
      : 'A `podSelector` without a `namespaceSelector` is for the own namespace.';
    const [only] = namespaces;
    const fixes =
      neighbour || namespaces.length > 1 || only === undefined
        ? []
        : [
            {
              title: `Select namespace \`${only}\``,
              isPreferred: true,
              changes: [
                {
                  type: 'insert-field',
                  object: subject,
                  path,
                  key: 'namespaceSelector',
                  value: { matchLabels: { [nameLabel]: only } },
                } as const,
              ],
            },
          ];
    context.report(subject, selectorPath, {
      message: `${here}; pods of namespace ${list.join(', ')} do. ${hint}`,
      part: 'key',
      related,
      fixes,
    });
    return;
  }
  const { key, near, severity } = empty;
  const labelPath = [...selectorPath, 'matchLabels', key ?? ''];
  const isLabel = valueAt(subject, labelPath) !== undefined;
  context.report(subject, isLabel ? labelPath : selectorPath, {
    message: `${here}, so this lets nobody through.${didYouMean(near)}`,
    part: isLabel ? 'value' : 'key',
    severity,
    fixes: isLabel
      ? near.map((value, index) => ({
          title: `Replace with \`${value}\``,
          isPreferred: index === 0,
          changes: [{ type: 'replace-value', object: subject, path: labelPath, value }],
        }))
      : [],
  });
}

/** Whether there was something to report. */
function checkNamespaces(context: CheckContext, { namespaceSelector, path }: PolicyPeer): boolean {
  const { subject } = context;
  const directory = context.index(namespaceDirectory);
  if (!namespaceSelector || namespaceSelector.requirements.length === 0) return false;
  const isSelected = directory.names.some((name) =>
    labelSelectorMatches(namespaceSelector, { ...directory.labelsOf(name), [nameLabel]: name }),
  );
  if (isSelected) return false;
  const selectorPath = [...path, 'namespaceSelector'];
  const [requirement, ...others] = namespaceSelector.requirements;
  const [value, ...more] = requirement?.values ?? [];
  const isSingle = others.length === 0 && more.length === 0 && requirement?.operator === 'In';
  const labelPath = [...selectorPath, 'matchLabels', requirement?.key ?? ''];
  const isLabel = isSingle && valueAt(subject, labelPath) !== undefined;
  if (isLabel && value !== undefined && requirement.key === 'name' && directory.find(value)) {
    context.report(subject, labelPath, {
      message: `Namespace \`${value}\` has no label \`name\`. Every namespace has its name as \`${nameLabel}\`.`,
      part: 'key',
      related: [{ message: 'The namespace.', object: directory.find(value) ?? subject, path: ['metadata', 'name'] }],
      fixes: [
        {
          title: `Select by \`${nameLabel}\``,
          isPreferred: true,
          changes: [{ type: 'rename-key', object: subject, path: labelPath, key: nameLabel }],
        },
      ],
    });
    return true;
  }
  const isByName = isLabel && requirement.key === nameLabel && value !== undefined;
  if (isByName && directory.stateOf(value) === 'known') return false;
  const values = isByName
    ? directory.candidates()
    : directory.names.flatMap((name) => directory.labelsOf(name)?.[requirement?.key ?? ''] ?? []);
  const near = isLabel && value !== undefined ? misspellingsOf(value, [...new Set(values)]) : [];
  if (!directory.isComplete && near.length === 0) return false;
  const isValue = isByName || near.length > 0;
  const what = isByName
    ? `There is no namespace \`${value}\``
    : `No namespace has \`${labelSelectorText(namespaceSelector)}\``;
  context.report(subject, isValue ? labelPath : selectorPath, {
    message: `${what}, so this lets nobody through.${didYouMean(near)}`,
    part: isValue ? 'value' : 'key',
    fixes: near.map((name, index) => ({
      title: `Replace with \`${name}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object: subject, path: labelPath, value: name }],
    })),
  });
  return true;
}

/** Pods of other namespaces, as far as those are declared with what runs in them. */
function checkPodsElsewhere(context: CheckContext, { namespaceSelector, podSelector, path }: PolicyPeer): void {
  if (!namespaceSelector || !podSelector || podSelector.requirements.length === 0) return;
  const { subject } = context;
  const directory = context.index(namespaceDirectory);
  const workloads = context.index(workloadDirectory);
  const names = directory.names.filter((name) =>
    labelSelectorMatches(namespaceSelector, { ...directory.labelsOf(name), [nameLabel]: name }),
  );
  const pods = names.flatMap((name) => workloads.inNamespace(name));
  // Of a namespace of which nothing is declared, nothing is known.
  if (names.length === 0 || !names.every((name) => workloads.inNamespace(name).length > 0)) return;
  if (selectPods(pods, podSelector).length > 0) return;
  const lonely = podSelector.requirements.find(
    ({ key, operator, values }) =>
      operator === 'In' && values.length === 1 && !pods.some(({ labels }) => labels[key] === values[0]),
  );
  const value = lonely?.values[0];
  if (!lonely || value === undefined) return;
  const near = misspellingsOf(
    value,
    pods.flatMap(({ labels }) => labels[lonely.key] ?? []),
  );
  const own = selectedPodsHere(context, podSelector);
  if (near.length === 0 && own.length === 0) return;
  const text = `No pod of namespace ${names
    .slice(0, 3)
    .map((name) => `\`${name}\``)
    .join(', ')} has \`${labelSelectorText(podSelector)}\``;
  const labelPath = [...path, 'podSelector', 'matchLabels', lonely.key];
  const isLabel = near.length > 0 && valueAt(subject, labelPath) !== undefined;
  context.report(subject, isLabel ? labelPath : [...path, 'podSelector'], {
    message:
      near.length > 0
        ? `${text}, so this lets nobody through.${didYouMean(near)}`
        : `${text}, but pods of the own namespace \`${subject.namespace}\` have. In one item both selectors must fit; two items let in either.`,
    part: isLabel ? 'value' : 'key',
    related: own
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] })),
    fixes: isLabel ? replacements(subject, labelPath, near) : [],
  });
}
