import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { FieldPath, Range } from '../../shared/text.ts';
import { Kinds } from '../model/kinds.ts';
import { kindKey } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { RuleView } from '../policy/checks/routing/virtual-service-view.ts';
import { hostsOf, rulesOf } from '../policy/checks/routing/virtual-service-view.ts';
import type { DeclaredObject } from '../policy/documents/declared-objects.ts';
import type { DocumentSource, FileDocument } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import { resolveHost } from '../policy/semantics/hosts.ts';
import { knowledgeOf } from './knowledge.ts';

export interface CodeLensResult {
  readonly range: Range;
  readonly title: string;
  /** Command of the editor; without one the lens only says something. */
  readonly command?: { readonly id: string; readonly arguments: readonly unknown[] };
}

/** What can be seen or tried from here: above each VirtualService, and above rules that share requests. */
export function codeLenses(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
): readonly CodeLensResult[] {
  return (files.file(uri)?.documents ?? []).flatMap((document) =>
    document.objects
      .filter(({ object, isDerived }) => !isDerived && kindKey(object) === Kinds.virtualService)
      .flatMap((declared) => lensesOf(document, declared, snapshot, settings)),
  );
}

function lensesOf(
  document: FileDocument,
  { object, base }: DeclaredObject,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
): readonly CodeLensResult[] {
  const at = (path: FieldPath): Range => placeInFile(document, document.yaml.rangeOf([...base, ...path], 'head'));
  const top = at(['kind']);
  const { services } = knowledgeOf(snapshot, settings);
  const known = hostsOf(object).flatMap(({ host }) =>
    services.servicesOf(resolveHost(host, object.namespace, settings)),
  );
  const service = known.find((each) => each.object.kind === 'Service');
  const lenses: CodeLensResult[] = [];
  if (service) {
    const target = { namespace: service.namespace, name: service.name };
    lenses.push(
      { range: top, title: 'Open in topology', command: { id: 'meshlens.service.reveal', arguments: [target] } },
      {
        range: top,
        title: 'Try a request',
        command: { id: 'meshlens.request.send', arguments: [{ host: service.host }] },
      },
      {
        range: top,
        title: 'Explain a route',
        command: { id: 'meshlens.route.show', arguments: [{ host: service.host }] },
      },
    );
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
    destination ? [{ name: destination.subset ?? destination.host, host: destination.host, weight: weight ?? 0 }] : [],
  );
  const sum = routed.reduce((total, { weight }) => total + weight, 0);
  if (routed.length < 2 || sum <= 0) return undefined;
  const isOneHost = routed.every(({ host }) => host === routed[0]?.host);
  const shares = routed.map(({ name, weight }) => `${name} ${String(Math.round((weight / sum) * 1000) / 10)} %`);
  return `routes ${String(routed.length)} ${isOneHost ? 'versions' : 'destinations'}: ${shares.join(', ')}`;
}
