/**
 * Makes a function of a part of a snapshot (a kind's objects, a namespace's list, an object) keep its answers for as long
 * as anybody keeps the part. Parts never change, and snapshots share those that are the same, so an answer stays right.
 */
export function perPart<K extends object, V>(compute: (part: K) => V): (part: K) => V {
  const answers = new WeakMap<K, { readonly value: V }>();
  return (part) => {
    let answer = answers.get(part);
    if (!answer) answers.set(part, (answer = { value: compute(part) }));
    return answer.value;
  };
}

/** Like `perPart` for a function with a second, textual parameter of few values, such as the cluster's domain. */
export function perPartAnd<K extends object, V>(
  compute: (part: K, parameter: string) => V,
): (part: K, parameter: string) => V {
  const answersOf = perPart<K, Map<string, V>>(() => new Map());
  return (part, parameter) => {
    const answers = answersOf(part);
    let value = answers.get(parameter);
    if (value === undefined) answers.set(parameter, (value = compute(part, parameter)));
    return value;
  };
}

/** Groups values by the keys each has. */
export function groupBy<V>(values: readonly V[], keysOf: (value: V) => Iterable<string>): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const value of values) {
    for (const key of keysOf(value)) {
      const group = groups.get(key);
      if (!group) groups.set(key, [value]);
      // A value that names a key twice is in its group once.
      else if (group.at(-1) !== value) group.push(value);
    }
  }
  return groups;
}
