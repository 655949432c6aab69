/** Finds parents and backends of routes. */
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isGatewayReference, isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext } from '../check.ts';
import type { NamedObjects, ObjectLookup } from '../object-lookup.ts';
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
  return lookUpObject(context, parent, namedObjects(context.ofKind(parent.key)));
}

/** A Service that is referred to. */
export function lookUpService(context: CheckContext, reference: ObjectReference): ObjectLookup {
  const directory = context.index(serviceDirectory);
  const lookup = lookUpObject(context, reference, namedServices(directory));
  return lookup.state === 'unknown' && isOfOtherPage(context, reference, lookup, directory)
    ? { state: 'undecided' }
    : lookup;
}

/**
 * Examples of different pages are often kept in one folder, all of them for the namespace that is there anyway: a file
 * without a Service says nothing of those that it sends requests to, unless one there has nearly the same name.
 */
function isOfOtherPage(
  context: CheckContext,
  { namespace, hasNamespace }: ObjectReference,
  { near, elsewhere }: Extract<ObjectLookup, { readonly state: 'unknown' }>,
  directory: ServiceDirectory,
): boolean {
  if (directory.isComplete || near.length > 0 || elsewhere.length > 0) return false;
  const isDedicated = (hasNamespace || context.isNamespaceKnown) && namespace !== 'default';
  const { layer, source } = context.subject.origin;
  return !isDedicated && layer === 'workspace' && !directory.isDeclaredIn(source);
}

/** The Gateway or ListenerSet that a parent reference names, if it is known. */
export function gatewayOf(context: CheckContext, parent: ObjectReference): MeshObject | undefined {
  if (!isGatewayReference(parent)) return undefined;
  const lookup = lookUpObject(context, parent, namedObjects(context.ofKind(parent.key)));
  return lookup.state === 'known' ? lookup.object : undefined;
}
