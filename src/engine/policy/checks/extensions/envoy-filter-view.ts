/** Patches of an EnvoyFilter, read from untrusted data: what is wrong is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { perObject } from '../per-object.ts';

export interface PatchView {
  readonly path: FieldPath;
  readonly applyTo: string;
  readonly operation: string;
  /** For one version of the proxy only. */
  readonly hasProxyVersion: boolean;
}

export const patchesOf = perObject((object: MeshObject): readonly PatchView[] =>
  listOf(fieldOf(object.spec, 'configPatches')).flatMap((value, index) => {
    const operation = stringOf(valueAt(value, ['patch', 'operation']));
    if (!isRecord(value) || operation === undefined) return [];
    return [
      {
        path: ['spec', 'configPatches', index],
        applyTo: stringOf(value.applyTo) ?? '',
        operation,
        hasProxyVersion: Boolean(stringOf(valueAt(value, ['match', 'proxy', 'proxyVersion']))),
      },
    ];
  }),
);

/** An operation that Istio carries out only on some parts of the configuration, and otherwise ignores. */
export function isIgnored({ applyTo, operation }: PatchView): boolean {
  if (operation === 'REPLACE') return !['HTTP_FILTER', 'NETWORK_FILTER', 'VIRTUAL_HOST'].includes(applyTo);
  if (operation === 'ADD' || operation === 'REMOVE') return ['ROUTE_CONFIGURATION', 'HTTP_ROUTE'].includes(applyTo);
  return false;
}
