import { isRecord, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Related } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

interface CredentialedCors {
  readonly path: FieldPath;
  readonly policy: UntrustedRecord;
  /** What makes browsers send cookies along. */
  readonly credentials: Related;
}

/** The CORS policies of a VirtualService that allow credentials. */
export function credentialedCors(object: MeshObject): readonly CredentialedCors[] {
  return rulesOf(object).flatMap(({ path: rule, value }) => {
    const policy = value.corsPolicy;
    if (!isRecord(policy) || policy.allowCredentials !== true) return [];
    const path = [...rule, 'corsPolicy'];
    return [{ path, policy, credentials: { message: 'Credentials.', object, path: [...path, 'allowCredentials'] } }];
  });
}
