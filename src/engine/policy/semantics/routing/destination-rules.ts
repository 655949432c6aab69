/** DestinationRules: read once, consolidated per namespace and host, and looked up as seen by one client. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../../shared/resource.ts';
import { Kinds } from '../../../model/kinds.ts';
import { refOf, type Labels, type MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { isExportedTo, resolveExportTo, type ExportTo } from '../export-to.ts';
import { bySpecificity, hostCovers, isWildcard, selectorMatches, wantedHost } from '../hosts.ts';
import { byAge } from '../object-order.ts';
import { SpecNode } from '../spec-node.ts';
import type { CompileProblem } from './compiled.ts';
import { readTrafficPolicy, type TrafficPolicy } from './traffic-policy.ts';
import { problemsOf } from './virtual-service.ts';

export interface SubsetModel {
  readonly name: string;
  readonly labels: Labels;
  readonly policy?: TrafficPolicy;
  readonly source: SourceRef;
}

export interface DestinationRuleModel {
  readonly object: MeshObject;
  readonly host: string;
  readonly exportTo: ExportTo;
  /** Workloads of its own namespace it is for; absent: all clients. */
  readonly selector?: Labels;
  readonly policy?: TrafficPolicy;
  readonly subsets: readonly SubsetModel[];
  readonly problems: readonly CompileProblem[];
}

/** One or more rules of a namespace for one host, merged. */
export interface ConsolidatedRule {
  readonly host: string;
  readonly namespace: string;
  readonly exportTo: ExportTo;
  readonly selector?: Labels;
  readonly policy?: TrafficPolicy;
  readonly subsets: readonly SubsetModel[];
  /** The oldest, which names it. */
  readonly source: SourceRef;
  readonly from: readonly MeshObject[];
}

export interface DestinationRuleIndex {
  readonly rules: readonly DestinationRuleModel[];
  /** The rule a client obeys for a service. */
  find(
    client: RuleClient,
    service: { readonly host: string; readonly namespace: string },
  ): ConsolidatedRule | undefined;
}

interface RuleClient {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Reads one DestinationRule. */
function readDestinationRule(object: MeshObject, settings: ResolvedMeshSettings): DestinationRuleModel {
  const { report, problems } = problemsOf(object);
  const spec = new SpecNode(object.spec, ['spec'], report);
  const resource = refOf(object);
  const host = spec.child('host').string();
  if (!host) spec.child('host').error('A DestinationRule needs the host of a service.');
  const selector = spec.child('workloadSelector');
  const policy = readTrafficPolicy(spec.child('trafficPolicy'));
  const names = new Set<string>();
  const subsets = spec
    .child('subsets')
    .items()
    .flatMap((item): SubsetModel[] => {
      const name = item.child('name').string();
      if (!name) {
        item.error('A subset needs a name.');
        return [];
      }
      if (names.has(name)) item.child('name').error(`Subset ${name} is declared twice.`);
      names.add(name);
      const subsetPolicy = readTrafficPolicy(item.child('trafficPolicy'));
      return [
        {
          name,
          labels: item.child('labels').stringMap(),
          source: { resource, path: item.path },
          ...(subsetPolicy && { policy: subsetPolicy }),
        },
      ];
    });
  return {
    object,
    host: wantedHost(host ?? '', object.namespace, settings),
    // Rules for some workloads are never seen by other namespaces.
    exportTo: selector.present
      ? new Set([object.namespace])
      : resolveExportTo(spec.child('exportTo').strings(), object.namespace, settings, 'defaultDestinationRuleExportTo'),
    subsets,
    problems,
    ...(selector.present && { selector: selector.child('matchLabels').stringMap() }),
    ...(policy && { policy }),
  };
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));

const sameLabels = (a: Labels, b: Labels): boolean =>
  Object.keys(a).length === Object.keys(b).length && selectorMatches(a, b);

/** Rules merge where they reach the same clients: the same export and the same workloads. */
function mergeable(a: ConsolidatedRule, b: DestinationRuleModel): boolean {
  if (!sameSet(a.exportTo, b.exportTo)) return false;
  if (!a.selector || !b.selector) return !a.selector && !b.selector;
  return sameLabels(a.selector, b.selector);
}

/** Adds the subsets not there yet; the traffic policy of the oldest that has one stays. */
function merge(a: ConsolidatedRule, b: DestinationRuleModel): ConsolidatedRule {
  const known = new Set(a.subsets.map((subset) => subset.name));
  const policy = a.policy ?? b.policy;
  return {
    ...a,
    subsets: [...a.subsets, ...b.subsets.filter((subset) => !known.has(subset.name))],
    from: [...a.from, b.object],
    ...(policy && { policy }),
  };
}

function consolidate(rules: readonly DestinationRuleModel[]): readonly ConsolidatedRule[] {
  const result: ConsolidatedRule[] = [];
  for (const rule of rules) {
    const index = result.findIndex((candidate) => mergeable(candidate, rule));
    const present = result[index];
    if (present) {
      result[index] = merge(present, rule);
      continue;
    }
    result.push({
      host: rule.host,
      namespace: rule.object.namespace,
      exportTo: rule.exportTo,
      subsets: rule.subsets,
      source: { resource: refOf(rule.object), path: ['spec'] },
      from: [rule.object],
      ...(rule.selector && { selector: rule.selector }),
      ...(rule.policy && { policy: rule.policy }),
    });
  }
  return result;
}

interface NamespaceRules {
  readonly exact: ReadonlyMap<string, readonly ConsolidatedRule[]>;
  /** Most specific first. */
  readonly wildcards: readonly { readonly host: string; readonly rules: readonly ConsolidatedRule[] }[];
}

function indexNamespace(rules: readonly DestinationRuleModel[]): NamespaceRules {
  const byHost = new Map<string, DestinationRuleModel[]>();
  for (const rule of rules) {
    if (rule.host === '') continue;
    const list = byHost.get(rule.host);
    if (list) list.push(rule);
    else byHost.set(rule.host, [rule]);
  }
  const entries = [...byHost].map(([host, list]) => ({ host, rules: consolidate(list) }));
  return {
    exact: new Map(entries.filter(({ host }) => !isWildcard(host)).map(({ host, rules: list }) => [host, list])),
    wildcards: entries.filter(({ host }) => isWildcard(host)).sort((a, b) => bySpecificity(a.host, b.host)),
  };
}

function mostSpecific(rules: NamespaceRules | undefined, host: string): readonly ConsolidatedRule[] | undefined {
  return rules?.exact.get(host) ?? rules?.wildcards.find((entry) => hostCovers(entry.host, host))?.rules;
}

/** Prepares the rules of a snapshot. */
export function indexDestinationRules(snapshot: Snapshot, settings: ResolvedMeshSettings): DestinationRuleIndex {
  const rules = [...snapshot.ofKind(Kinds.destinationRule)]
    .sort(byAge)
    .map((object) => readDestinationRule(object, settings));
  const namespaces = new Map<string, DestinationRuleModel[]>();
  for (const rule of rules) {
    const list = namespaces.get(rule.object.namespace);
    if (list) list.push(rule);
    else namespaces.set(rule.object.namespace, [rule]);
  }
  const own = new Map<string, NamespaceRules>();
  const exported = new Map<string, NamespaceRules>();
  const rootPrivate: DestinationRuleModel[] = [];
  for (const [namespace, list] of namespaces) {
    const isPrivate = ({ exportTo }: DestinationRuleModel): boolean => exportTo.size === 1 && exportTo.has(namespace);
    own.set(namespace, indexNamespace(list.filter((rule) => isExportedTo(rule.exportTo, namespace))));
    exported.set(namespace, indexNamespace(list.filter((rule) => !isPrivate(rule))));
    if (namespace === settings.rootNamespace) rootPrivate.push(...list.filter(isPrivate));
  }
  const rootOnly = indexNamespace(rootPrivate);

  const candidates = (client: string, host: string, serviceNamespace: string): readonly ConsolidatedRule[] => {
    // A client in the root namespace must not be caught by the rules meant for everybody, so only private ones come first.
    const local = client === settings.rootNamespace ? rootOnly : own.get(client);
    const found = mostSpecific(local, host);
    if (found) return found;
    for (const namespace of [serviceNamespace, settings.rootNamespace]) {
      const visible = mostSpecific(exported.get(namespace), host)?.filter((rule) =>
        isExportedTo(rule.exportTo, client),
      );
      if (visible && visible.length > 0) return visible;
    }
    return [];
  };

  return {
    rules,
    find: (client, service) => {
      let general: ConsolidatedRule | undefined;
      for (const rule of candidates(client.namespace, service.host, service.namespace)) {
        if (!rule.selector) general = rule;
        else if (rule.namespace === client.namespace && selectorMatches(rule.selector, client.labels)) return rule;
      }
      return general;
    },
  };
}
