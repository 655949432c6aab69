/** Something that is started once everything it depends on is up. */
export interface Startable {
  readonly name: string;
  /** Names of other startables of the same list; unknown names are ignored. */
  readonly dependsOn: readonly string[];
}

/** A chain of names that ends where it began, `[a, b, a]`, or undefined where everything can start. */
export function findDependencyCycle(items: readonly Startable[]): readonly string[] | undefined {
  const byName = new Map(items.map((item) => [item.name, item]));
  const done = new Set<string>();
  const chain: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    const item = byName.get(name);
    if (item === undefined || done.has(name)) return undefined;
    const seen = chain.indexOf(name);
    if (seen >= 0) return [...chain.slice(seen), name];
    chain.push(name);
    for (const dependency of item.dependsOn) {
      const cycle = visit(dependency);
      if (cycle !== undefined) return cycle;
    }
    chain.pop();
    done.add(name);
    return undefined;
  };
  for (const item of items) {
    const cycle = visit(item.name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
