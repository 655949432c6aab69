import { compareText } from '../../shared/compare.ts';
import type { Diagnostic } from '../../shared/diagnostics.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import { refOf } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { byPlace } from '../policy/analysis/file-diagnostics.ts';
import { docsOf } from '../policy/checks/check.ts';
import { undecidedReference } from '../policy/checks/engine/undecided-reference.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { locateField } from '../policy/documents/document-file.ts';
import { declarationsOf } from './definition.ts';
import { knowledgeOf } from './knowledge.ts';
import { referencesIn } from './references/references-in.ts';
import type { ReferenceField, Target } from './references/target.ts';

/**
 * What the files name, nothing declares, and no check complains of: it could not be decided whether it exists. Once for
 * each thing, at the first place that names it.
 */
export function undecidedReferences(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  findings: readonly Diagnostic[],
): readonly Diagnostic[] {
  const decided = new Set(findings.map(({ uri, range }) => `${uri} ${String(range.start.line)}`));
  const open = new Map<string, ReferenceField[]>();
  for (const { documents } of files.files()) {
    for (const { objects } of documents) {
      for (const field of objects
        .filter(({ isDerived }) => !isDerived)
        .flatMap(({ object }) => referencesIn(object, settings))) {
        if (isKnown(field.target, snapshot, settings)) continue;
        const key = JSON.stringify(field.target);
        const same = open.get(key);
        if (same) same.push(field);
        else open.set(key, [field]);
      }
    }
  }
  return [...open.values()].flatMap((fields) => diagnosticFor(files, fields, decided) ?? []).sort(byPlace);
}

function isKnown(target: Target, snapshot: Snapshot, settings: ResolvedMeshSettings): boolean {
  if (target.type === 'host' && !target.host.endsWith(`.svc.${settings.clusterDomain}`)) {
    // A host outside of the cluster needs no declaration.
    return true;
  }
  if (target.type === 'object' && target.kind === 'core/ServiceAccount') {
    const { namespace, name } = target;
    const accounts = knowledgeOf(snapshot, settings).serviceAccounts();
    if (accounts.some((account) => account.namespace === namespace && account.name === name)) return true;
  }
  return declarationsOf(target, snapshot, settings).length > 0;
}

function diagnosticFor(
  files: DocumentSource,
  fields: readonly ReferenceField[],
  decided: ReadonlySet<string>,
): Diagnostic | undefined {
  const places = fields.flatMap(({ object, path, target }) => {
    const place = locateField(files, object, path);
    return place ? [{ object, path, target, uri: place.uri, range: place.range }] : [];
  });
  // Somebody who complained knew enough to decide.
  if (places.some(({ uri, range }) => decided.has(`${uri} ${String(range.start.line)}`))) return undefined;
  const [first] = places.sort((a, b) => compareText(a.uri, b.uri) || a.range.start.line - b.range.start.line);
  if (!first) return undefined;
  const others = places.length - 1;
  const more = others === 0 ? '' : ` It is named in ${String(others)} other place${others === 1 ? '' : 's'}.`;
  const { code, rule, aliases, severity } = undecidedReference;
  return {
    code,
    rule,
    aliases,
    severity,
    message: `Not checked: nothing here declares ${nameOf(first.target)}.${more}`,
    uri: first.uri,
    range: first.range,
    resource: refOf(first.object),
    path: first.path.join('.'),
    related: [],
    fixes: [],
    docs: docsOf(undecidedReference),
  };
}

function nameOf(target: Target): string {
  switch (target.type) {
    case 'host':
      return `a Service or ServiceEntry for \`${target.host}\``;
    case 'subset':
      return `the subset \`${target.subset}\` of \`${target.host}\``;
    case 'object': {
      const kind = target.kind.slice(target.kind.indexOf('/') + 1);
      return `the ${kind} \`${target.namespace === '' ? target.name : `${target.namespace}/${target.name}`}\``;
    }
    case 'part':
      return `the listener \`${target.part}\` of Gateway \`${target.namespace}/${target.name}\``;
    case 'workloads': {
      const labels = Object.entries(target.selector).map(([key, value]) => `\`${key}: ${value}\``);
      return `workloads with ${labels.join(', ')}${target.namespace === undefined ? '' : ` in \`${target.namespace}\``}`;
    }
  }
}
