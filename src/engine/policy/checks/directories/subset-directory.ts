import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { fieldOf, isRecord, listOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import { filledIn, hasPlaceholder } from '../../documents/placeholders.ts';
import type { ExportTo } from '../../semantics/export-to.ts';
import { exportToOf, isExportedTo } from '../../semantics/export-to.ts';
import { hostCovers, isWildcard, resolveHost } from '../../semantics/hosts.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';
import { addToList } from './add-to-list.ts';

export interface SubsetView {
  readonly name: string;
  readonly labels: Labels;
  readonly path: FieldPath;
}

export interface DestinationRuleView {
  readonly object: MeshObject;
  /** As written, and resolved in the namespace of the object. */
  readonly written: string;
  readonly host: string;
  readonly exportTo: ExportTo;
  readonly subsets: readonly SubsetView[];
}

/** Subsets a DestinationRule names; entries without a name are left out. */
export const subsetsOf = perObject((object: MeshObject): readonly SubsetView[] =>
  listOf(fieldOf(object.spec, 'subsets')).flatMap((entry, index) => {
    const name = stringOf(fieldOf(entry, 'name'));
    if (!isRecord(entry) || name === undefined || name === '') return [];
    return [{ name, labels: textsOf(entry.labels), path: ['spec', 'subsets', index] }];
  }),
);

/** DestinationRules by the host they are for. */
export class SubsetDirectory {
  readonly #exact = new Map<string, DestinationRuleView[]>();
  readonly #wildcards: DestinationRuleView[] = [];
  readonly #byShortName = new Map<string, DestinationRuleView[]>();
  readonly #namespaces = new Set<string>();
  /** Hosts that are filled in before they are applied, as what they may become. */
  readonly #open: ((other: string) => boolean)[] = [];

  constructor(rules: readonly MeshObject[], settings: ResolvedMeshSettings) {
    for (const object of rules) {
      const written = stringOf(fieldOf(object.spec, 'host'));
      if (written === undefined || written === '') continue;
      const view: DestinationRuleView = {
        object,
        written,
        host: resolveHost(written, object.namespace, settings),
        exportTo: exportToOf(object, settings, 'defaultDestinationRuleExportTo'),
        subsets: subsetsOf(object),
      };
      if (hasPlaceholder(view.host)) this.#open.push(filledIn(view.host));
      if (isWildcard(view.host)) this.#wildcards.push(view);
      else addToList(this.#exact, view.host, view);
      this.#namespaces.add(object.namespace);
      if (!written.includes('.')) addToList(this.#byShortName, written, view);
    }
  }

  /** Rules for the host that clients of the namespace may get. */
  rulesFor(host: string, namespace: string): readonly DestinationRuleView[] {
    const exact = this.#exact.get(host) ?? [];
    const all = [...exact, ...this.#wildcards.filter((rule) => hostCovers(rule.host, host))];
    // Exported to others only, a rule is none for its own namespace either.
    return all.filter((rule) => isExportedTo(rule.exportTo, namespace));
  }

  /** Rules for the very host that clients of the namespace do not get. */
  hiddenFrom(namespace: string, host: string): readonly DestinationRuleView[] {
    return (this.#exact.get(host) ?? []).filter((rule) => !isExportedTo(rule.exportTo, namespace));
  }

  /** Rules that have the subset, for a host of which the first or the other parts are nearly those of this one. */
  rulesNear(host: string, subset: string): readonly DestinationRuleView[] {
    const [name, rest] = firstPart(host);
    return [...this.#exact.keys()]
      .filter((other) => {
        const [otherName, otherRest] = firstPart(other);
        return otherRest === rest ? nearestNames(name, [otherName]).length > 0 : otherName === name;
      })
      .flatMap((other) => (other === host ? [] : (this.#exact.get(other) ?? [])))
      .filter(({ subsets }) => subsets.some((each) => each.name === subset));
  }

  /** Whether the namespace, or, without one, any has rules. */
  hasRulesIn(namespace: string | undefined): boolean {
    return namespace === undefined ? this.#namespaces.size > 0 : this.#namespaces.has(namespace);
  }

  /** Whether a rule whose host is filled in before it is applied may be for this one. */
  mayHaveRules(host: string): boolean {
    return this.#open.some((pattern) => pattern(host));
  }

  /** Rules that write the same short name, whatever their namespace. */
  rulesNamed(shortName: string): readonly DestinationRuleView[] {
    return this.#byShortName.get(shortName) ?? [];
  }
}

function firstPart(host: string): readonly [string, string] {
  const dot = host.indexOf('.');
  return dot < 0 ? [host, ''] : [host.slice(0, dot), host.slice(dot)];
}

export const subsetDirectory: Index<SubsetDirectory> = {
  inputs: [Kinds.destinationRule],
  relevant: (object) => [
    fieldOf(object.spec, 'host'),
    fieldOf(object.spec, 'exportTo'),
    listOf(fieldOf(object.spec, 'subsets')).length,
    subsetsOf(object),
  ],
  build: (objects, settings) => new SubsetDirectory(objects.ofKind(Kinds.destinationRule), settings),
};
