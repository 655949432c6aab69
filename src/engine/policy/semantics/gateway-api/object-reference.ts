/** References between objects as the Gateway API writes them: `group`, `kind`, `namespace`, `name` and what is meant of it. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';

export interface ObjectReference {
  readonly path: FieldPath;
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly key: KindKey;
  readonly namespace: string;
  /** The reference names its namespace; otherwise it means the one it stands in. */
  readonly hasNamespace: boolean;
  readonly name: string;
  readonly port?: number;
  readonly sectionName?: string;
  readonly weight?: number;
}

export interface ReferenceDefaults {
  readonly group: string;
  readonly kind: string;
}

export const toGateway: ReferenceDefaults = { group: 'gateway.networking.k8s.io', kind: 'Gateway' };
export const toService: ReferenceDefaults = { group: '', kind: 'Service' };
export const toSecret: ReferenceDefaults = { group: '', kind: 'Secret' };

/** Undefined where the value names nothing. */
export function readReference(
  value: unknown,
  path: FieldPath,
  ownNamespace: string,
  defaults: ReferenceDefaults,
): ObjectReference | undefined {
  if (!isRecord(value)) return undefined;
  const name = stringOf(value.name);
  if (name === undefined || name === '') return undefined;
  const group = stringOf(fieldOf(value, 'group')) ?? defaults.group;
  const kind = stringOf(fieldOf(value, 'kind')) ?? defaults.kind;
  const namespace = stringOf(fieldOf(value, 'namespace'));
  const port = numberOf(fieldOf(value, 'port'));
  const sectionName = stringOf(fieldOf(value, 'sectionName'));
  const weight = numberOf(fieldOf(value, 'weight'));
  return {
    path,
    group,
    kind,
    key: `${group === '' ? 'core' : group}/${kind}`,
    namespace: namespace ?? ownNamespace,
    hasNamespace: namespace !== undefined,
    name,
    ...(port !== undefined && { port }),
    ...(sectionName !== undefined && sectionName !== '' && { sectionName }),
    ...(weight !== undefined && { weight }),
  };
}

export const isGatewayReference = ({ key }: ObjectReference): boolean =>
  key === Kinds.kubernetesGateway || key === Kinds.listenerSet;

/** Routes for the mesh, not for a gateway: they are bound to what is called. */
export const isServiceReference = ({ key }: ObjectReference): boolean =>
  key === Kinds.service || key === Kinds.serviceEntry;
