import type { KindState } from '../../../../shared/cluster.ts';
import type { ReflectorScope } from '../reflector/kind-watch.ts';

export interface NamespaceKnowledge {
  /** Namespaces that nobody asked for, and that are read where they are there. */
  readonly optional: readonly string[];
  /** How it goes with following the cluster's namespaces. */
  readonly state: KindState;
  readonly has: (name: string) => boolean;
  /** The last answer. */
  readonly before: readonly string[];
}

/**
 * The optional namespaces in which nothing is to be read. A watch of every kind in each of them costs a cluster hundreds
 * of requests; who may not read which namespaces there are has to try.
 */
export function absentNamespaces({ optional, state, has, before }: NamespaceKnowledge): readonly string[] {
  switch (state) {
    case 'synced':
    case 'listing':
      // While they are listed, all are known in a moment.
      return optional.filter((name) => !has(name));
    case 'retrying':
      return optional.filter((name) => before.includes(name));
    case 'forbidden':
    case 'absent':
      return [];
  }
}

/** The scope without these; all of it where nothing else would be left, as nowhere is the word for what is forbidden. */
export function scopeWithout(scope: ReflectorScope, absent: readonly string[]): ReflectorScope {
  if (scope === 'cluster' || absent.length === 0) return scope;
  const present = scope.filter((namespace) => !absent.includes(namespace));
  return present.length > 0 ? present : scope;
}
