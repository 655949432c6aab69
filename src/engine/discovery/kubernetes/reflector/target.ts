import type { KindState } from '../../../../shared/cluster.ts';
import type { MeshObject, Origin } from '../../../model/mesh-object.ts';
import type { MessageType } from '../protobuf/message-type.ts';
import type { ObjectType } from '../resources/decode-object.ts';
import { apiVersionOf, fullResourceName, type ServedResource } from '../resources/served-resource.ts';
import { acceptOf as acceptOfRepresentation, type WantedKind } from '../resources/wanted-kinds.ts';

/** What one reflector follows: a kind, in one namespace or in all. */
export interface ReflectorTarget {
  readonly kind: WantedKind;
  readonly resource: ServedResource;
  /** Undefined: all namespaces, or a kind that has none. */
  readonly namespace: string | undefined;
  readonly origin: Origin;
}

/** Where a reflector puts what it reads. */
export interface ReflectorSink {
  put(objects: readonly MeshObject[]): void;
  remove(namespace: string, name: string): void;
  /** The target's objects are exactly these. */
  replace(objects: readonly MeshObject[]): void;
}

export interface ReflectorState {
  readonly state: KindState;
  /** What is wrong, with a way forward. */
  readonly message?: string;
  /** It may be the whole server, as `Reachability.doubt` says it: the message is to be shown once that is cleared. */
  readonly doubt?: number;
  /** The verb that is refused, where the state is `forbidden`. */
  readonly verb?: 'list' | 'watch' | 'get';
}

export function typeOf({ resource, origin }: ReflectorTarget): ObjectType {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, origin };
}

/** How an object of the target is written in protobuf; undefined where that is not read. */
export const messageOf = ({ kind, resource }: ReflectorTarget): MessageType | undefined =>
  kind.messages?.[resource.version];

/** The `Accept` header for a list or a watch of the target. */
export const acceptOf = (target: ReflectorTarget, of: 'list' | 'watch', prefersProtobuf: boolean): string =>
  acceptOfRepresentation(target.kind.representation, of, prefersProtobuf && messageOf(target) !== undefined);

/** `virtualservices.networking.istio.io in namespace shop`. */
export function describeTarget({ resource, namespace }: Pick<ReflectorTarget, 'resource' | 'namespace'>): string {
  const where =
    namespace === undefined ? (resource.namespaced ? ' in all namespaces' : '') : ` in namespace ${namespace}`;
  return `${fullResourceName(resource)}${where}`;
}
