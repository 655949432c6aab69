/** Webhooks of an admission configuration, read from untrusted data: what is wrong is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';

export interface WebhookView {
  readonly path: FieldPath;
  readonly name: string;
  readonly clientConfig: UntrustedRecord | undefined;
  readonly namespaceSelector: unknown;
  readonly objectSelector: unknown;
}

export function webhooksOf(object: MeshObject): readonly WebhookView[] {
  return listOf(fieldOf(object.rest, 'webhooks')).flatMap((value, index) => {
    if (!isRecord(value)) return [];
    const { clientConfig, namespaceSelector, objectSelector } = value;
    return [
      {
        path: ['webhooks', index],
        name: stringOf(value.name) ?? '',
        clientConfig: isRecord(clientConfig) ? clientConfig : undefined,
        namespaceSelector,
        objectSelector,
      },
    ];
  });
}
