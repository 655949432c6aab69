import type { Diagnostic } from '../../shared/diagnostics.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { FieldPath, Range } from '../../shared/text.ts';
import { Kinds } from '../model/kinds.ts';
import { kindKey } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { conflictingHosts } from '../policy/checks/routing/conflicting-hosts.ts';
import { unreachableRule } from '../policy/checks/routing/unreachable-rule.ts';
import type { RuleView } from '../policy/checks/routing/virtual-service-view.ts';
import { hostsOf, rulesOf } from '../policy/checks/routing/virtual-service-view.ts';
import type { DeclaredObject } from '../policy/documents/declared-objects.ts';
import type { DocumentSource, FileDocument } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import { resolveHost } from '../policy/semantics/hosts.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './knowledge.ts';
import { referencesIn } from './references/references-in.ts';

export interface CodeLensResult {
  readonly range: Range;
  readonly title: string;
  /** Command of the editor; without one the lens only says something. */
  readonly command?: { readonly id: string; readonly arguments: readonly unknown[] };
}

/**
 * What can be seen or tried from here: above each VirtualService, above rules that share requests or are shadowed, and
 * above labels that select workloads.
 */
export function codeLenses(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  diagnostics: readonly Diagnostic[],
): readonly CodeLensResult[] {
  const knowledge = knowledgeOf(snapshot, settings);
  const declared = (files.file(uri)?.documents ?? []).flatMap((document) =>
    document.objects.filter(({ isDerived }) => !isDerived).map((each) => ({ document, declared: each })),
  );
  return [
    ...declared.flatMap((each) => [
      ...(kindKey(each.declared.object) === Kinds.virtualService
        ? lensesOf(each.document, each.declared, knowledge)
        : []),
      ...selectionLenses(each.document, each.declared, knowledge),
    ]),
    ...shadowLenses(diagnostics, uri),
  ];
}

/** `matches 3 workloads` above the labels that select them. */
function selectionLenses(
  document: FileDocument,
  { object, base }: DeclaredObject,
  knowledge: Knowledge,
): readonly CodeLensResult[] {
  return referencesIn(object, knowledge.settings).flatMap(({ path, target }): CodeLensResult[] => {
    if (target.type !== 'workloads') return [];
    const count = knowledge.selected(target.selector, target.namespace).length;
    if (count === 0 && !knowledge.knowsWorkloads(target.namespace)) return [];
    const title = count === 0 ? 'matches no workload' : `matches ${String(count)} workload${count === 1 ? '' : 's'}`;
    return [{ range: placeInFile(document, document.yaml.rangeOf([...base, ...path], 'key')), title }];
  });
}

/** Above what never counts, what it is that counts instead. */
function shadowLenses(diagnostics: readonly Diagnostic[], uri: string): readonly CodeLensResult[] {
  return diagnostics.flatMap(({ uri: file, code, range, related }): CodeLensResult[] => {
    const [by] = related;
    if (file !== uri || by === undefined || (code !== unreachableRule.code && code !== conflictingHosts.code))
      return [];
    return [
      { range, title: `shadowed by ${by.message.replace(/^Rule/, 'rule').replace(/\.$/, '').replaceAll('`', '')}` },
    ];
  });
}

function lensesOf(
  document: FileDocument,
  { object, base }: DeclaredObject,
  { services, settings, snapshot }: Knowledge,
): readonly CodeLensResult[] {
  const at = (path: FieldPath): Range => placeInFile(document, document.yaml.rangeOf([...base, ...path], 'head'));
  // Above the object, not between its first lines.
  const [top] = [at(['apiVersion']), at(['kind'])].sort((a, b) => a.start.line - b.start.line);
  const known = hostsOf(object).flatMap(({ host }) =>
    services.servicesOf(resolveHost(host, object.namespace, settings)),
  );
  const service = known.find((each) => each.object.kind === 'Service');
  const lenses: CodeLensResult[] = [];
  if (service && top) {
    const target = { namespace: service.namespace, name: service.name };
    const host = { host: service.host };
    // Without a mesh that could run there is nothing to look at, and nobody to answer.
    if (snapshot.ofKind(Kinds.localMesh).length > 0)
      lenses.push(
        { range: top, title: 'Open in topology', command: { id: 'meshlens.service.reveal', arguments: [target] } },
        { range: top, title: 'Try a request', command: { id: 'meshlens.request.send', arguments: [host] } },
      );
    lenses.push({ range: top, title: 'Explain a route', command: { id: 'meshlens.route.show', arguments: [host] } });
  }
  for (const rule of rulesOf(object)) {
    const title = sharesOf(rule);
    if (title !== undefined) lenses.push({ range: at(rule.path), title });
  }
  return lenses;
}

/** `routes 3 versions: v1 50 %, v2 50 %, v3 0 %`; undefined for rules with one destination. */
function sharesOf({ destinations }: RuleView): string | undefined {
  const routed = destinations.flatMap(({ destination, weight }) =>
    destination ? [{ ...destination, weight: weight ?? 0 }] : [],
  );
  const sum = routed.reduce((total, { weight }) => total + weight, 0);
  if (routed.length < 2 || sum <= 0) return undefined;
  const isOneHost = routed.every(({ host }) => host === routed[0]?.host);
  const nameOf = ({ host, subset }: { readonly host: string; readonly subset?: string }): string =>
    isOneHost ? (subset ?? host) : subset === undefined ? host : `${host} ${subset}`;
  const shares = routed.map((each) => `${nameOf(each)} ${String(Math.round((each.weight / sum) * 1000) / 10)} %`);
  return `routes ${String(routed.length)} ${isOneHost ? 'versions' : 'destinations'}: ${shares.join(', ')}`;
}
