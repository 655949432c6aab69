/** How the routes of a workspace are attached to the gateways of it. */
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Attachment, NamespaceKnowledge } from '../../semantics/gateway-api/attachment.ts';
import { attachRoute } from '../../semantics/gateway-api/attachment.ts';
import type { Listener } from '../../semantics/gateway-api/listeners.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import type { RouteView } from '../../semantics/gateway-api/route.ts';
import type { CheckContext } from '../check.ts';
import { listenersIn, routeOf } from './gateway-views.ts';
import { gatewayOf } from './known-targets.ts';

/** Inputs of what reads attachments. */
export const attachmentInputs = [Kinds.kubernetesGateway, Kinds.listenerSet, Kinds.namespace] as const;

export interface ParentAttachment {
  readonly parent: ObjectReference;
  readonly gateway: MeshObject;
  readonly attachment: Attachment;
}

/** For each parent of the subject that is a gateway we know and can read. */
export function attachmentsOf(context: CheckContext): readonly ParentAttachment[] {
  const route = routeOf(context.subject);
  return route.parents.flatMap((parent) => {
    const gateway = gatewayOf(context, parent);
    const attachment = gateway && attachmentTo(context, route, parent, gateway);
    return attachment ? [{ parent, gateway, attachment }] : [];
  });
}

/** Undefined for a gateway that has no listeners, or none that can be read. */
function attachmentTo(
  context: CheckContext,
  route: RouteView,
  parent: ObjectReference,
  gateway: MeshObject,
): Attachment | undefined {
  const listeners = listenersIn(gateway);
  return listeners.length === 0 ? undefined : attachRoute(route, parent, listeners, knowledgeOf(context));
}

function knowledgeOf(context: CheckContext): NamespaceKnowledge {
  return {
    labelsOf: (namespace) => context.find(Kinds.namespace, '', namespace)?.labels,
    isSameNamespace: ({ object }, { owner }) => {
      if (context.hasKnownNamespace(object) !== context.hasKnownNamespace(owner)) return undefined;
      // Where both leave it open they are applied together.
      return object.namespace === owner.namespace;
    },
  };
}

/** `Gateway infra/public`, in short where it is of the same namespace. */
export function nameOf(context: CheckContext, { kind, namespace, name }: MeshObject): string {
  return `${kind} \`${namespace === context.subject.namespace ? name : `${namespace}/${name}`}\``;
}

/** Whether references to one parent may mean one listener of it. */
export function meetAt(a: ObjectReference, b: ObjectReference): boolean {
  const isSame = <T>(first: T | undefined, second: T | undefined): boolean =>
    first === undefined || second === undefined || first === second;
  return isSame(a.sectionName, b.sectionName) && isSame(a.port, b.port);
}

interface Attaching {
  readonly object: MeshObject;
  readonly parent: ObjectReference;
}

/** The listeners of the gateway that both get onto. */
export function sharedListeners(
  context: CheckContext,
  gateway: MeshObject,
  routes: readonly [Attaching, Attaching],
): readonly Listener[] {
  const [own = [], other = []] = routes.map(({ object, parent }) => {
    const attachment = attachmentTo(context, routeOf(object), parent, gateway);
    return attachment?.state === 'attached' ? attachment.listeners : [];
  });
  return own.filter((listener) => other.includes(listener));
}
