import { Kinds } from '../../../model/kinds.ts';
import type { Snapshot } from '../../../model/snapshot.ts';

export interface GatewayApi {
  readonly version?: string;
  readonly channel?: 'standard' | 'experimental';
}

const group = 'gateway.networking.k8s.io';
const definitions = [`gateways.${group}`, `httproutes.${group}`, `gatewayclasses.${group}`];

/** Which Gateway API is installed: its definitions carry version and channel as annotations. */
export function gatewayApiOf(snapshot: Snapshot): GatewayApi | undefined {
  for (const name of definitions) {
    const definition = snapshot.find(Kinds.customResourceDefinition, '', name);
    if (!definition) continue;
    const version = definition.annotations[`${group}/bundle-version`]?.replace(/^v(?=\d)/, '');
    const channel = definition.annotations[`${group}/channel`];
    return {
      ...(version === undefined ? {} : { version }),
      ...(channel === 'standard' || channel === 'experimental' ? { channel } : {}),
    };
  }
  // Who may not read definitions still sees the objects.
  const isUsed = ['GatewayClass', 'Gateway', 'HTTPRoute'].some(
    (kind) => snapshot.ofKind(`${group}/${kind}`).length > 0,
  );
  return isUsed ? {} : undefined;
}
