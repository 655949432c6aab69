/** Finds what a reference names, and tells what does not exist from what cannot be known here. */
import { didYouMean, nearestNames } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';
import type { CheckContext } from './check.ts';

/** Objects a reference may mean. */
export interface NamedObjects {
  named(name: string): readonly MeshObject[];
  namesIn(namespace: string): readonly string[];
  /** Whether an operator may make one of the name. */
  mayBeMade?(namespace: string, name: string): boolean;
}

export interface NameReference {
  readonly namespace: string;
  readonly hasNamespace: boolean;
  readonly name: string;
}

export type ObjectLookup =
  | { readonly state: 'known'; readonly object: MeshObject }
  | {
      readonly state: 'unknown';
      /** Names of its namespace that may be meant. */
      readonly near: readonly string[];
      /** Namespaces that have an object of the name. */
      readonly elsewhere: readonly string[];
      /** Others of the kind are declared in its namespace, which is therefore known. */
      readonly hasSiblings: boolean;
    }
  /** Nothing of the kind is declared where it should be: it is probably kept somewhere else. */
  | { readonly state: 'undecided' };

export function namedObjects(objects: readonly MeshObject[]): NamedObjects {
  return {
    named: (name) => objects.filter((object) => object.name === name),
    namesIn: (namespace) => objects.filter((object) => object.namespace === namespace).map(({ name }) => name),
  };
}

export function lookUpObject(context: CheckContext, reference: NameReference, objects: NamedObjects): ObjectLookup {
  const { namespace, hasNamespace, name } = reference;
  const isNamespaceSure = hasNamespace || context.isNamespaceKnown;
  const candidates = objects.named(name);
  const found =
    candidates.find((object) => object.namespace === namespace) ??
    // Whatever namespace it is applied to, an object of that name may be there.
    candidates.find((object) => !isNamespaceSure || !context.hasKnownNamespace(object));
  if (found) return { state: 'known', object: found };
  if (objects.mayBeMade?.(namespace, name) === true) return { state: 'undecided' };
  const here = objects.namesIn(namespace);
  const elsewhere = candidates.map((object) => object.namespace);
  if (here.length === 0 && elsewhere.length === 0) return { state: 'undecided' };
  return { state: 'unknown', near: nearestNames(name, here), elsewhere, hasSiblings: here.length > 0 };
}

export interface UnknownObjectReport {
  /** Of the mapping that holds `name`, and may hold `namespace`. */
  readonly path: FieldPath;
  readonly reference: NameReference;
  /** What it should be: `Gateway`. */
  readonly kind: string;
  readonly lookup: Extract<ObjectLookup, { readonly state: 'unknown' }>;
  /** Ends the sentence: `, so the route has no parent`. */
  readonly consequence?: string;
  /** Where the name stands; default `name`. */
  readonly field?: string;
  /** A reference of this form cannot leave its namespace. */
  readonly isLocal?: boolean;
}

export function reportUnknownObject(context: CheckContext, report: UnknownObjectReport): void {
  const { path, reference, kind, lookup, consequence, isLocal, field = 'name' } = report;
  const object = context.subject;
  const { name, namespace, hasNamespace } = reference;
  const where = hasNamespace || context.isNamespaceKnown ? ` in namespace \`${namespace}\`` : '';
  const elsewhere = isLocal === true ? [] : lookup.elsewhere;
  const isNamespaceSure = hasNamespace || context.isNamespaceKnown;
  const isSure = lookup.hasSiblings && (isNamespaceSure || lookup.near.length > 0);
  const renames = lookup.near.map((value): FixPlan => ({
    title: `Replace with \`${value}\``,
    changes: [{ type: 'replace-value', object, path: [...path, field], value }],
  }));
  const moves = elsewhere.slice(0, 3).map((value): FixPlan => ({
    title: `Refer to namespace \`${value}\``,
    changes: [
      hasNamespace
        ? { type: 'replace-value', object, path: [...path, 'namespace'], value }
        : { type: 'insert-field', object, path, key: 'namespace', value, after: 'name' },
    ],
  }));
  const proposals = [...elsewhere.slice(0, 3).map((each) => `${each}/${name}`), ...lookup.near];
  context.report(object, [...path, field], {
    message: `No ${kind} \`${name}\`${where}${consequence ?? ''}.${didYouMean(proposals)}`,
    part: 'value',
    // What a namespace holds of which we know nothing, or not which it is, may be declared elsewhere.
    ...(!isSure && { severity: 'warning' as const }),
    fixes: [...moves, ...renames].map((fix, index) => ({ ...fix, isPreferred: index === 0 })),
  });
}
