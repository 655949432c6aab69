import { groupOf } from '../../model/mesh-object.ts';
import { kindsByGroup } from './group-kinds.ts';
import type { ApiChannel, KindSchema } from './kind-schema.ts';
import { bundledKinds } from './schema-registry.ts';

/** The structures that objects are held to. Immutable: one that differs in anything is another catalog. */
export class SchemaCatalog {
  readonly #own: ReadonlyMap<string, KindSchema>;
  readonly #bundled: ReadonlyMap<string, KindSchema>;

  /** `own` are structures of definitions, first those of the cluster; they come before the tables. */
  constructor(channel: ApiChannel, own: readonly KindSchema[] = []) {
    this.#bundled = bundledByKind(channel);
    const first = new Map<string, KindSchema>();
    for (const schema of own) if (!first.has(keyOf(schema))) first.set(keyOf(schema), schema);
    this.#own = first;
  }

  find(apiVersion: string, kind: string): KindSchema | undefined {
    const key = `${groupOf(apiVersion)}/${kind}`;
    return this.#own.get(key) ?? this.#bundled.get(key);
  }

  /** Every kind of the group, where it is known that there is no other. */
  kindsOf(group: string): readonly string[] | undefined {
    const known = kindsByGroup.get(group);
    return (
      known && [...known, ...[...this.#own.values()].filter((each) => each.group === group).map(({ kind }) => kind)]
    );
  }

  /** Groups that have the kind. */
  groupsOf(kind: string): readonly string[] {
    const all = [...this.#own.values(), ...this.#bundled.values()].filter((each) => each.kind === kind);
    return [...new Set(all.map(({ group }) => group))];
  }
}

const keyOf = ({ group, kind }: KindSchema): string => `${group}/${kind}`;
const bundled = new Map<ApiChannel, ReadonlyMap<string, KindSchema>>();

function bundledByKind(channel: ApiChannel): ReadonlyMap<string, KindSchema> {
  let kinds = bundled.get(channel);
  if (!kinds) bundled.set(channel, (kinds = new Map(bundledKinds(channel).map((each) => [keyOf(each), each]))));
  return kinds;
}
