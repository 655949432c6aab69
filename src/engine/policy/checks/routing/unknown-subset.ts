import { Kinds } from '../../../model/kinds.ts';
import { filledIn, hasPlaceholder } from '../../documents/placeholders.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import { isRecord } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { bySpecificity } from '../../semantics/hosts.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import type { DestinationRuleView } from '../directories/subset-directory.ts';
import { subsetDirectory } from '../directories/subset-directory.ts';
import type { DestinationView } from './virtual-service-view.ts';
import { destinationsOf } from './virtual-service-view.ts';

export const unknownSubset: ObjectCheck = {
  scope: 'object',
  code: 'MESH1204',
  rule: 'unknown-subset',
  aliases: ['IST0101', 'KIA1107'],
  severity: 'error',
  summary: 'A route names a subset that no DestinationRule of the host defines.',
  subject: Kinds.virtualService,
  inputs: [subsetDirectory, serviceDirectory],
  run(context) {
    for (const destination of destinationsOf(context.subject)) {
      if (destination.subset !== undefined) checkSubset(context, destination, destination.subset);
    }
  },
};

function checkSubset(context: CheckContext, destination: DestinationView, subset: string): void {
  const { subject, isNamespaceKnown } = context;
  const directory = context.index(subsetDirectory);
  const lookup = context.index(serviceDirectory).lookUp(destination.host, subject.namespace, isNamespaceKnown);
  const services = lookup.state === 'known' ? lookup.services.map(({ namespace }) => namespace) : [];
  let rules = searched(context, directory.rulesFor(lookup.host, subject.namespace), services);
  if (rules.length === 0 && (!isNamespaceKnown || lookup.state === 'undecided')) {
    rules = directory
      .rulesNamed(destination.host)
      .filter(({ object }) => !isNamespaceKnown || !context.hasKnownNamespace(object));
  }
  // A host that does not exist has its own finding.
  if (rules.length === 0 && lookup.state === 'unknown') return;
  // Neither the service nor any rule beside which its own would be missing: both are kept elsewhere.
  const namespace = isNamespaceKnown ? subject.namespace : undefined;
  if (rules.length === 0 && lookup.state === 'undecided' && !directory.hasRulesIn(namespace)) return;
  if (rules.length === 0 && directory.mayHaveRules(lookup.host)) return;
  const isOpen = (name: string): boolean => hasPlaceholder(name) && filledIn(name)(subset);
  if (rules.some(({ subsets }) => subsets.some(({ name }) => name === subset || isOpen(name)))) return;
  const names = rules.flatMap(({ subsets }) => subsets.map(({ name }) => name));
  const near = nearestNames(subset, names);
  const path = [...destination.path, 'subset'];
  const others = near.length > 0 ? near : [...new Set(names)].slice(0, 5);
  const replace = others.map((value, index): FixPlan => ({
    title: `Replace with \`${value}\``,
    isPreferred: near.length > 0 && index === 0,
    changes: [{ type: 'replace-value', object: subject, path, value }],
  }));
  const rule = rules[0];
  const what = rule
    ? `No DestinationRule for \`${destination.host}\` has a subset \`${subset}\`: its requests fail with 503.`
    : `No DestinationRule defines subsets for \`${destination.host}\`, so there is no subset \`${subset}\`: its requests fail with 503.`;
  const known =
    near.length === 0 && names.length > 0
      ? ` Subsets of the host: ${others.map((name) => `\`${name}\``).join(', ')}.`
      : '';
  const [hidden] = rules.length > 0 || !isNamespaceKnown ? [] : directory.hiddenFrom(subject.namespace, lookup.host);
  const [misplaced] =
    rules.length > 0 || hidden
      ? []
      : directory.rulesNear(lookup.host, subset).filter(({ written, object }) => {
          // One whose host exists is meant for that.
          const own = context
            .index(serviceDirectory)
            .lookUp(written, object.namespace, context.hasKnownNamespace(object));
          return own.state === 'unknown';
        });
  const where = hidden
    ? ` DestinationRule \`${nameOf(hidden)}\` is for it, but not exported to \`${subject.namespace}\`.`
    : misplaced
      ? ` DestinationRule \`${nameOf(misplaced)}\` has one, for the host \`${misplaced.written}\`.`
      : '';
  const define = rule
    ? defineSubset(rule, subset)
    : misplaced
      ? retarget(misplaced, subject.namespace, destination.host, lookup.host)
      : hidden
        ? []
        : createRule(context, destination.host, subset);
  context.report(subject, path, {
    message: `${what}${didYouMean(near)}${known}${where}`,
    part: 'value',
    related: [...rules, ...[hidden, misplaced].filter((each) => each !== undefined)].map(({ object }) => ({
      message: `DestinationRule ${object.name}`,
      object,
      path: ['spec', 'host'],
    })),
    fixes: [...replace, ...define],
  });
}

/**
 * Of the rules for a host those that Istio gets to: it looks into the namespace of the caller, that of the service and
 * the root namespace, and ends at the first that has one; there the exact host goes before wildcards, and longer ones
 * before shorter.
 */
function searched(
  context: CheckContext,
  rules: readonly DestinationRuleView[],
  serviceNamespaces: readonly string[],
): readonly DestinationRuleView[] {
  const { subject, settings, isNamespaceKnown } = context;
  if (!isNamespaceKnown || !rules.every(({ object }) => context.hasKnownNamespace(object))) return rules;
  for (const namespace of [subject.namespace, ...serviceNamespaces, settings.rootNamespace]) {
    const here = rules.filter(({ object }) => object.namespace === namespace);
    const [best] = here.map(({ host }) => host).sort(bySpecificity);
    if (best !== undefined) return here.filter(({ host }) => host === best);
  }
  return rules;
}

/** Guesses the label that versions of a service nearly always differ in. */
function defineSubset({ object, subsets }: DestinationRuleView, name: string): readonly FixPlan[] {
  if (object.origin.layer !== 'workspace') return [];
  const key = Object.keys(subsets[0]?.labels ?? {})[0] ?? 'version';
  const value = { name, labels: { [key]: name } };
  const spec = isRecord(object.spec) && Array.isArray(object.spec.subsets) ? object.spec.subsets : [];
  const title = `Add subset \`${name}\` to DestinationRule \`${object.name}\``;
  return spec.length > 0
    ? [{ title, changes: [{ type: 'append-item', object, path: ['spec', 'subsets'], value }] }]
    : [{ title, changes: [{ type: 'insert-field', object, path: ['spec'], key: 'subsets', value: [value] }] }];
}

const nameOf = ({ object }: DestinationRuleView): string => `${object.namespace}/${object.name}`;

/** A rule for a host that is nearly this one was meant for it. */
function retarget(
  { object }: DestinationRuleView,
  namespace: string,
  written: string,
  host: string,
): readonly FixPlan[] {
  if (object.origin.layer !== 'workspace') return [];
  const value = object.namespace === namespace ? written : host;
  const changes = [{ type: 'replace-value', object, path: ['spec', 'host'], value } as const];
  return [{ title: `Make DestinationRule \`${object.name}\` one for \`${value}\``, changes }];
}

function createRule({ subject, isNamespaceKnown }: CheckContext, host: string, subset: string): readonly FixPlan[] {
  if (subject.origin.layer !== 'workspace') return [];
  const name = host.split('.')[0] ?? host;
  const value = {
    apiVersion: subject.apiVersion,
    kind: 'DestinationRule',
    metadata: { name, ...(isNamespaceKnown && { namespace: subject.namespace }) },
    spec: { host, subsets: [{ name: subset, labels: { version: subset } }] },
  };
  const changes = [{ type: 'append-document', object: subject, value } as const];
  return [{ title: `Add a DestinationRule for \`${host}\` with subset \`${subset}\``, changes }];
}
