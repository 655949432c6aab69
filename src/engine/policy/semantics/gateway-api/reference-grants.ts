/** ReferenceGrants: a namespace allows objects of other namespaces to refer to what it holds. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';

interface GrantSource {
  readonly path: FieldPath;
  readonly kind: KindKey;
  readonly namespace: string;
}

interface GrantTarget {
  readonly path: FieldPath;
  readonly kind: KindKey;
  /** Absent: every object of the kind. */
  readonly name?: string;
}

export interface Grant {
  readonly object: MeshObject;
  /** Each of `from` may refer to each of `to`. */
  readonly from: readonly GrantSource[];
  readonly to: readonly GrantTarget[];
}

export function readGrant(object: MeshObject): Grant {
  const entries = (key: 'from' | 'to') =>
    listOf(fieldOf(object.spec, key)).flatMap((value, index) => {
      const kind = stringOf(fieldOf(value, 'kind'));
      const group = stringOf(fieldOf(value, 'group')) ?? '';
      // The core group is written as an empty text; no kind is of one that is called `core`.
      if (kind === undefined || kind === '' || group === 'core') return [];
      return [{ value, path: ['spec', key, index], kind: `${group === '' ? 'core' : group}/${kind}` }];
    });
  return {
    object,
    from: entries('from').flatMap(({ value, path, kind }) => {
      const namespace = stringOf(fieldOf(value, 'namespace'));
      return namespace === undefined || namespace === '' ? [] : [{ path, kind, namespace }];
    }),
    to: entries('to').map(({ value, path, kind }) => {
      const name = stringOf(fieldOf(value, 'name'));
      return { path, kind, ...(name !== undefined && name !== '' && { name }) };
    }),
  };
}

export interface Reference {
  readonly from: { readonly kind: KindKey; readonly namespace: string };
  readonly to: { readonly kind: KindKey; readonly namespace: string; readonly name: string };
}

/** Whether the reference is allowed: it stays in its namespace, or a grant of the other namespace covers it. */
export function isGranted({ from, to }: Reference, grants: readonly Grant[]): boolean {
  if (from.namespace === to.namespace) return true;
  return grants.some(
    (grant) =>
      grant.object.namespace === to.namespace &&
      grant.from.some(({ kind, namespace }) => kind === from.kind && namespace === from.namespace) &&
      grant.to.some(({ kind, name }) => kind === to.kind && (name === undefined || name === to.name)),
  );
}
