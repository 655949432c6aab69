import { SchemaCatalog } from '../schema/schema-catalog.ts';
import type { ObjectWorld } from './object-world.ts';

/** Gives the same catalog as long as nothing it is made of changes. */
export class CatalogKeeper {
  #kept: { readonly channel: string; readonly catalog: SchemaCatalog } | undefined;

  of(world: ObjectWorld): SchemaCatalog {
    const channel = world.settings.gatewayApiChannel;
    if (this.#kept?.channel !== channel) this.#kept = { channel, catalog: new SchemaCatalog(channel) };
    return this.#kept.catalog;
  }
}
