import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ReflectorSink } from './target.ts';

/** Changes that arrived together; of several to one object the last counts, as nobody saw the others. */
export class ChangeBatch {
  readonly #changes = new Map<string, { readonly object: MeshObject; readonly isRemoval: boolean }>();

  put(object: MeshObject): void {
    this.#add(object, false);
  }

  remove(object: MeshObject): void {
    this.#add(object, true);
  }

  get objects(): readonly MeshObject[] {
    return [...this.#changes.values()].flatMap(({ object, isRemoval }) => (isRemoval ? [] : [object]));
  }

  /** Puts the richer form of an object in place of the one that is to be put. */
  enrich(object: MeshObject): void {
    this.#changes.set(lifeOf(object), { object, isRemoval: false });
  }

  /** Removals first: objects that took the place of others then never stand beside them. */
  applyTo(sink: ReflectorSink): void {
    const objects: MeshObject[] = [];
    for (const { object, isRemoval } of this.#changes.values()) {
      if (isRemoval) sink.remove(object.namespace, object.name);
      else objects.push(object);
    }
    if (objects.length > 0) sink.put(objects);
  }

  #add(object: MeshObject, isRemoval: boolean): void {
    this.#changes.set(lifeOf(object), { object, isRemoval });
  }
}

/** One that is made anew under a name lives another life: its removal comes before, in whatever order both are told. */
const lifeOf = (object: MeshObject): string => object.uid ?? identityOf(object);

export const identityOf = ({ namespace, name }: MeshObject): string => `${namespace}/${name}`;
