/** Finds parents and backends of routes. */
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isGatewayReference, isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext } from '../check.ts';
import type { NamedObjects, NameReference, ObjectLookup } from '../object-lookup.ts';
import { lookUpObject, namedObjects } from '../object-lookup.ts';
import type { ServiceDirectory } from '../directories/service-directory.ts';
import { serviceDirectory } from '../directories/service-directory.ts';

/** Inputs of what reads parents. */
export const parentInputs = [Kinds.kubernetesGateway, Kinds.listenerSet, Kinds.serviceEntry, serviceDirectory] as const;

export function namedServices(directory: ServiceDirectory): NamedObjects {
  return {
    named: (name) => directory.named(name).map(({ object }) => object),
    namesIn: (namespace) => directory.namesIn(namespace),
    mayBeMade: (namespace, name) => directory.mayBeMade(namespace, name),
  };
}

/** Undecided for kinds that only an implementation knows. */
export function lookUpParent(context: CheckContext, parent: ObjectReference): ObjectLookup {
  if (parent.key === Kinds.service) return lookUpService(context, parent);
  if (!isGatewayReference(parent) && !isServiceReference(parent)) return { state: 'undecided' };
  const objects = context.ofKind(parent.key);
  const lookup = lookUpObject(context, parent, namedObjects(objects));
  const isHere =
    context.isComplete(parent.key) || objects.some(({ origin }) => origin.source === context.subject.origin.source);
  return isHere ? lookup : unlessOfOtherPage(context, parent, lookup);
}

/** A Service that is referred to. */
export function lookUpService(context: CheckContext, reference: NameReference): ObjectLookup {
  const directory = context.index(serviceDirectory);
  const lookup = lookUpObject(context, reference, namedServices(directory));
  const isHere = directory.isComplete || directory.isDeclaredIn(context.subject.origin.source);
  return isHere ? lookup : unlessOfOtherPage(context, reference, lookup);
}

/**
 * Examples of different pages are often kept in one folder, all of them for the namespace that is there anyway: a file
 * without a Service says nothing of those that it sends requests to, unless one there has nearly the same name. The same
 * goes for a Gateway.
 */
function unlessOfOtherPage(
  context: CheckContext,
  { namespace, hasNamespace }: NameReference,
  lookup: ObjectLookup,
): ObjectLookup {
  if (lookup.state !== 'unknown' || lookup.near.length > 0 || lookup.elsewhere.length > 0) return lookup;
  const isDedicated = (hasNamespace || context.isNamespaceKnown) && namespace !== 'default';
  return isDedicated || context.subject.origin.layer !== 'workspace' ? lookup : { state: 'undecided' };
}

/** The Gateway or ListenerSet that a parent reference names, if it is known. */
export function gatewayOf(context: CheckContext, parent: ObjectReference): MeshObject | undefined {
  if (!isGatewayReference(parent)) return undefined;
  const lookup = lookUpObject(context, parent, namedObjects(context.ofKind(parent.key)));
  return lookup.state === 'known' ? lookup.object : undefined;
}
