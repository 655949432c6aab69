import type { MeshObject } from '../../model/mesh-object.ts';
import { SchemaCatalog } from '../schema/schema-catalog.ts';
import type { ObjectWorld } from './object-world.ts';

const definitionKind = 'apiextensions.k8s.io/CustomResourceDefinition';

/** Gives the same catalog as long as nothing it is made of changes. */
export class CatalogKeeper {
  #kept:
    { readonly channel: string; readonly given: readonly MeshObject[]; readonly catalog: SchemaCatalog } | undefined;

  of(world: ObjectWorld): SchemaCatalog {
    const channel = world.settings.gatewayApiChannel;
    // The world keeps the list as it is while no object of the kind changes.
    const given = world.ofKind(definitionKind);
    if (this.#kept?.channel !== channel || this.#kept.given !== given) {
      const isLive = ({ origin }: MeshObject): boolean => origin.layer === 'cluster';
      const ranked = [...given.filter(isLive), ...given.filter((definition) => !isLive(definition))];
      this.#kept = { channel, given, catalog: new SchemaCatalog(channel, ranked) };
    }
    return this.#kept.catalog;
  }
}
