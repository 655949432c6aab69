import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import { readReference, toGateway } from '../../semantics/gateway-api/object-reference.ts';
import { fieldOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { listenersIn } from './gateway-views.ts';
import { nameOf } from './route-attachments.ts';

/** Listeners of one port must speak alike: decrypted or not, and of one transport. */
function familyOf({ protocol }: Listener): string | undefined {
  switch (protocol) {
    case 'HTTP':
      return 'plain HTTP';
    case 'HTTPS':
    case 'TLS':
      return 'TLS';
    case 'TCP':
      return 'plain TCP';
    default:
      // UDP shares its port with whatever TCP does there.
      return undefined;
  }
}

export const conflictingListeners: ObjectCheck = {
  scope: 'object',
  code: 'MESH3011',
  rule: 'conflicting-listeners',
  aliases: ['KIA1503'],
  severity: 'error',
  summary: 'Two listeners want one port for different protocols, or one port, protocol and hostname for both.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [Kinds.kubernetesGateway],
  run(context) {
    const { subject } = context;
    const gateway =
      subject.kind === 'ListenerSet'
        ? parentOf(subject, (namespace, name) => context.find(Kinds.kubernetesGateway, namespace, name))
        : undefined;
    const earlier = gateway ? [...listenersIn(gateway)] : [];
    for (const listener of listenersIn(subject)) {
      const rival = earlier.find((other) => conflictOf(other, listener) !== undefined);
      if (rival) {
        const owner = rival.owner === subject ? '' : ` of ${nameOf(context, rival.owner)}`;
        const conflict = conflictOf(rival, listener) ?? 'port';
        context.report(
          subject,
          [...listener.path, conflict === 'hostname' && listener.hostname !== undefined ? 'hostname' : 'port'],
          {
            message:
              conflict === 'hostname'
                ? `Listener \`${rival.name}\`${owner} already has port ${String(listener.port)}, ${listener.protocol} and ${listener.hostname === undefined ? 'every hostname' : `\`${listener.hostname}\``}; one of the two is not served.`
                : `Port ${String(listener.port)} already carries ${familyOf(rival) ?? rival.protocol} for listener \`${rival.name}\`${owner}; it cannot carry ${familyOf(listener) ?? listener.protocol} too.`,
            part: 'value',
            related: [{ message: `Listener \`${rival.name}\`.`, object: rival.owner, path: [...rival.path, 'port'] }],
          },
        );
      }
      // What is not served is in nobody's way.
      if (!rival) earlier.push(listener);
    }
  },
};

function conflictOf(a: Listener, b: Listener): 'protocol' | 'hostname' | undefined {
  if (a.port === undefined || a.port !== b.port) return undefined;
  const [first, second] = [familyOf(a), familyOf(b)];
  if (first !== undefined && second !== undefined && first !== second) return 'protocol';
  // Twice the same in one object is refused when it is applied, and found as that.
  const isSame = a.protocol === b.protocol && a.hostname?.toLowerCase() === b.hostname?.toLowerCase();
  const isAdmitted = a.owner !== b.owner || a.hostname !== b.hostname;
  return isSame && isAdmitted ? 'hostname' : undefined;
}

function parentOf(
  subject: MeshObject,
  find: (namespace: string, name: string) => MeshObject | undefined,
): MeshObject | undefined {
  const parent = readReference(fieldOf(subject.spec, 'parentRef'), ['spec', 'parentRef'], subject.namespace, toGateway);
  return parent?.key === Kinds.kubernetesGateway ? find(parent.namespace, parent.name) : undefined;
}
