import { groupBy } from '../../../../shared/group-by.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { intersectHostnames } from '../../semantics/gateway-api/hostname-intersection.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { listenersIn } from './gateway-views.ts';

interface AddressClaim {
  readonly object: MeshObject;
  /** Type and value. */
  readonly key: string;
  readonly value: string;
  readonly path: FieldPath;
}

function claimsOf(object: MeshObject): readonly AddressClaim[] {
  return listOf(fieldOf(object.spec, 'addresses')).flatMap((entry, index) => {
    const value = stringOf(fieldOf(entry, 'value'));
    const type = stringOf(fieldOf(entry, 'type')) ?? 'IPAddress';
    if (value === undefined || value === '') return [];
    return [{ object, key: `${type} ${value.toLowerCase()}`, value, path: ['spec', 'addresses', index, 'value'] }];
  });
}

const addressClaims: Index<ReadonlyMap<string, readonly AddressClaim[]>> = {
  inputs: [Kinds.kubernetesGateway],
  relevant: ({ spec }) => [fieldOf(spec, 'addresses'), fieldOf(spec, 'listeners')],
  build: (objects) => groupBy(objects.ofKind(Kinds.kubernetesGateway).flatMap(claimsOf), ({ key }) => key),
};

export const sharedGatewayAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH3012',
  rule: 'shared-gateway-address',
  aliases: ['KIA1501', 'KIA1502'],
  severity: 'warning',
  summary: 'Two Gateways ask for the same address and listen for the same there.',
  subject: Kinds.kubernetesGateway,
  inputs: [addressClaims],
  run(context) {
    const { subject } = context;
    for (const claim of claimsOf(subject)) {
      const others = (context.index(addressClaims).get(claim.key) ?? []).filter(
        // Another version of the same object, in another file, is no rival.
        ({ object }) => !(object.namespace === subject.namespace && object.name === subject.name),
      );
      for (const other of others) {
        const clash = clashOf(subject, other.object);
        // Gateways that share an address on different ports or hosts are put together on purpose.
        if (!clash) continue;
        const host = clash.hostname === undefined ? '' : ` for \`${clash.hostname}\``;
        context.report(subject, claim.path, {
          message: `Gateway \`${other.object.namespace}/${other.object.name}\` has the address \`${claim.value}\` too, and both listen on port ${String(clash.port)}${host}.`,
          part: 'value',
          related: [{ message: 'The other Gateway.', object: other.object, path: other.path }],
        });
        break;
      }
    }
  },
};

/** A listener of the first that wants requests which the second wants too. */
function clashOf(a: MeshObject, b: MeshObject): Listener | undefined {
  return listenersIn(a).find((listener) =>
    listenersIn(b).some(
      (other) =>
        listener.port === other.port &&
        (listener.hostname === other.hostname ||
          (listener.hostname === undefined) !== (other.hostname === undefined)) &&
        intersectHostnames(listener.hostname, other.hostname) !== undefined,
    ),
  );
}
