import type { FieldPath } from '../../../shared/text.ts';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, isRecord, valueAt } from '../../../shared/untrusted.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Target } from './target.ts';

/** A field of an object. */
export interface Place {
  readonly object: MeshObject;
  readonly path: FieldPath;
  readonly value: unknown;
}

/** How a field names something: what it means, what could stand there, and how it is written under another name. */
export interface Naming {
  /** The field is a mapping, and what is named are its keys. */
  readonly isOfKeys?: boolean;
  /** The field is a text with words between commas, of which each is one. */
  readonly isListInText?: boolean;
  targetOf(place: Place, settings: ResolvedMeshSettings): Target | undefined;
  proposals(place: Place, knowledge: Knowledge): readonly NameProposal[];
  /** Undefined: what stands there is no name that could change. */
  renamed(written: string, name: string, place: Place): string | undefined;
}

/** Says that a field of some kinds names something. */
export interface ReferenceRule {
  readonly kinds: readonly KindKey[];
  /** Steps from the object; `*` stands for every item of a list and every entry of a mapping. */
  readonly at: readonly string[];
  readonly naming: Naming;
}

/** `spec.rules.*.backendRefs.*.name` and the like; of several paths each gets a rule. */
export function rules(kinds: KindKey | readonly KindKey[], naming: Naming, ...paths: string[]): ReferenceRule[] {
  const list = typeof kinds === 'string' ? [kinds] : kinds;
  return paths.map((path) => ({ kinds: list, at: path.split('.'), naming }));
}

/** The value of a field of an object, `metadata` included. */
export function fieldValue(object: MeshObject, path: FieldPath): unknown {
  const [first, ...others] = path;
  if (first === 'metadata') {
    const { name, namespace, labels, annotations } = object;
    return valueAt({ name, namespace, labels, annotations }, others);
  }
  return first === 'spec' ? valueAt(object.spec, others) : valueAt(object.rest, path);
}

/** The fields of the object that the rule is about. */
export function placesOf(object: MeshObject, { at }: ReferenceRule): readonly Place[] {
  const [first, ...steps] = at;
  if (first === undefined) return [];
  let places: readonly Place[] = [{ object, path: [first], value: fieldValue(object, [first]) }];
  for (const step of steps) {
    places = places.flatMap(({ path, value }) =>
      childrenOf(value, step).map(([key, child]) => ({ object, path: [...path, key], value: child })),
    );
    if (places.length === 0) return [];
  }
  return places;
}

function childrenOf(value: unknown, step: string): readonly (readonly [string | number, unknown])[] {
  if (step !== '*') {
    const child = fieldOf(value, step);
    return child === undefined ? [] : [[step, child]];
  }
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  return isRecord(value) ? Object.entries(value) : [];
}

/** Whether the rule is about the field at the path. */
export function isAbout({ at }: ReferenceRule, path: FieldPath): boolean {
  return at.length === path.length && at.every((step, index) => step === '*' || step === path[index]);
}
