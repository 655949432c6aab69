import type { MeshObject } from '../../model/mesh-object.ts';
import { groupOf } from '../../model/mesh-object.ts';
import { definedKind, kindOfDefinition, servedKind } from './definitions/definition-kind.ts';
import { kindsByGroup } from './group-kinds.ts';
import type { ApiChannel, KindSchema } from './kind-schema.ts';
import { bundledKinds } from './schema-registry.ts';

/** The structures that objects are held to. Immutable: one that differs in anything is another catalog. */
export class SchemaCatalog {
  readonly #definitions = new Map<string, MeshObject>();
  readonly #bundled: ReadonlyMap<string, KindSchema>;

  /** Definitions come before the tables, the first of a kind before others. They are read when an object asks for them. */
  constructor(channel: ApiChannel, definitions: readonly MeshObject[] = []) {
    this.#bundled = bundledByKind(channel);
    for (const definition of definitions) {
      const names = definedKind(definition);
      const key = names && `${names.group}/${names.kind}`;
      if (key !== undefined && !this.#definitions.has(key)) this.#definitions.set(key, definition);
    }
  }

  /** Kinds that documents may say they are of, with the versions served. */
  kinds(): readonly Pick<KindSchema, 'group' | 'kind' | 'versions'>[] {
    const defined = [...this.#definitions.values()].flatMap((definition) => servedKind(definition) ?? []);
    const tables = [...this.#bundled].filter(
      ([key, table]) => !this.#definitions.has(key) && table.isWholeFile !== true,
    );
    return [...tables.map(([, table]) => table), ...defined];
  }

  find(apiVersion: string, kind: string): KindSchema | undefined {
    const key = `${groupOf(apiVersion)}/${kind}`;
    const definition = this.#definitions.get(key);
    const table = this.#bundled.get(key);
    return (definition && kindOfDefinition(definition, table)) ?? table;
  }

  /** Every kind of the group, where it is known that there is no other. */
  kindsOf(group: string): readonly string[] | undefined {
    const known = kindsByGroup.get(group);
    const prefix = `${group}/`;
    const defined = [...this.#definitions.keys()].filter((key) => key.startsWith(prefix));
    return known && [...new Set([...known, ...defined.map((key) => key.slice(prefix.length))])];
  }

  /** Groups that have the kind. */
  groupsOf(kind: string): readonly string[] {
    const keys = [...this.#definitions.keys(), ...this.#bundled.keys()];
    const suffix = `/${kind}`;
    return [...new Set(keys.filter((key) => key.endsWith(suffix)).map((key) => key.slice(0, -suffix.length)))];
  }
}

/** Definitions of the cluster count before those of the workspace. */
export function catalogOf(channel: ApiChannel, definitions: readonly MeshObject[]): SchemaCatalog {
  const isLive = ({ origin }: MeshObject): boolean => origin.layer === 'cluster';
  return new SchemaCatalog(channel, [
    ...definitions.filter(isLive),
    ...definitions.filter((definition) => !isLive(definition)),
  ]);
}

const bundled = new Map<ApiChannel, ReadonlyMap<string, KindSchema>>();

function bundledByKind(channel: ApiChannel): ReadonlyMap<string, KindSchema> {
  let kinds = bundled.get(channel);
  if (!kinds) {
    kinds = new Map(bundledKinds(channel).map((each) => [`${each.group}/${each.kind}`, each]));
    bundled.set(channel, kinds);
  }
  return kinds;
}
