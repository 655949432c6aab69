import type { MeshObject } from '../../model/mesh-object.ts';
import { Kinds } from '../../model/kinds.ts';
import { catalogOf, type SchemaCatalog } from '../schema/schema-catalog.ts';
import type { ObjectWorld } from './object-world.ts';

/** Gives the same catalog as long as nothing it is made of changes. */
export class CatalogKeeper {
  #kept:
    { readonly channel: string; readonly given: readonly MeshObject[]; readonly catalog: SchemaCatalog } | undefined;

  of(world: ObjectWorld): SchemaCatalog {
    const channel = world.settings.gatewayApiChannel;
    // The world keeps the list as it is while no object of the kind changes.
    const given = world.ofKind(Kinds.customResourceDefinition);
    if (this.#kept?.channel !== channel || this.#kept.given !== given) {
      this.#kept = { channel, given, catalog: catalogOf(channel, given) };
    }
    return this.#kept.catalog;
  }
}
