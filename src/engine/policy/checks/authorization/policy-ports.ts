import { fieldOf, isRecord } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { conditionValues } from './authorization-view.ts';

interface PolicyPort {
  readonly port: number;
  readonly path: FieldPath;
  /** It is a key of a mapping. */
  readonly isKey: boolean;
}

/** Ports that an AuthorizationPolicy or a PeerAuthentication is about. */
export function policyPorts(policy: MeshObject): readonly PolicyPort[] {
  const byPort = fieldOf(policy.spec, 'portLevelMtls');
  const ofRules = conditionValues(policy).filter(({ key }) => /^(?:p|notP)orts$|^destination\.port$/.test(key));
  return [
    ...Object.keys(isRecord(byPort) ? byPort : {}).map((key) => ({
      port: Number(key),
      path: ['spec', 'portLevelMtls', key],
      isKey: true,
    })),
    ...ofRules.map(({ value, path }) => ({ port: Number(value), path, isKey: false })),
  ];
}
