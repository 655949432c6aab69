/** Whether a route gets onto the listeners of its parent: the Gateway API's rules of attachment. */
import type { Labels } from '../../../model/mesh-object.ts';
import { labelSelectorMatches } from '../label-selector.ts';
import { intersectHostnames } from './hostname-intersection.ts';
import type { Listener } from './listeners.ts';
import { kindsOfProtocol } from './listeners.ts';
import type { ObjectReference } from './object-reference.ts';
import type { RouteView } from './route.ts';

/** What stands between a route and a parent, as its status says it. */
type RefusalReason = 'NoMatchingParent' | 'NotAllowedByListeners' | 'NoMatchingListenerHostname';

export type Attachment =
  | { readonly state: 'attached'; readonly listeners: readonly Listener[] }
  /** `listeners` are those that came furthest. */
  | { readonly state: 'refused'; readonly reason: RefusalReason; readonly listeners: readonly Listener[] }
  | { readonly state: 'undecided' };

/** What is known of namespaces. */
export interface NamespaceKnowledge {
  /** Undefined where nothing declares the namespace. */
  readonly labelsOf: (namespace: string) => Labels | undefined;
  /** Whether both are in one namespace; undefined where a file leaves that open. */
  readonly isSameNamespace: (route: RouteView, listener: Listener) => boolean | undefined;
}

/** The listeners that the reference means by section and port. */
function listenersOf(parent: ObjectReference, listeners: readonly Listener[]): readonly Listener[] {
  return listeners.filter(
    ({ name, port }) =>
      (parent.sectionName === undefined || parent.sectionName === name) &&
      (parent.port === undefined || parent.port === port),
  );
}

/** `listeners` are all of the parent's. */
export function attachRoute(
  route: RouteView,
  parent: ObjectReference,
  listeners: readonly Listener[],
  namespaces: NamespaceKnowledge,
): Attachment {
  const meant = listenersOf(parent, listeners);
  if (meant.length === 0) return { state: 'refused', reason: 'NoMatchingParent', listeners };
  const ofKind = meant.filter((listener) => allowsKind(route, listener));
  const verdicts = ofKind.map((listener) => ({ listener, isAllowed: allowsNamespace(route, listener, namespaces) }));
  const allowed = verdicts.filter(({ isAllowed }) => isAllowed === true).map(({ listener }) => listener);
  const fitting = allowed.filter((listener) => fitsHostname(route, listener));
  if (fitting.length > 0) return { state: 'attached', listeners: fitting };
  if (verdicts.some(({ isAllowed }) => isAllowed === undefined)) return { state: 'undecided' };
  if (allowed.length > 0) return { state: 'refused', reason: 'NoMatchingListenerHostname', listeners: allowed };
  return { state: 'refused', reason: 'NotAllowedByListeners', listeners: ofKind.length > 0 ? ofKind : meant };
}

export function allowsKind({ kind }: RouteView, listener: Listener): boolean {
  const possible = kindsOfProtocol(listener);
  const isDeclared = listener.allowedKinds?.some((allowed) => allowed.kind === kind) ?? true;
  return isDeclared && (possible?.includes(kind) ?? true);
}

/** Undefined where it depends on labels of a namespace that nothing declares. */
function allowsNamespace(
  route: RouteView,
  listener: Listener,
  { labelsOf, isSameNamespace }: NamespaceKnowledge,
): boolean | undefined {
  const { namespaces } = listener;
  switch (namespaces.from) {
    case 'All':
      return true;
    case 'None':
      return false;
    case 'Unknown':
      return undefined;
    case 'Same':
      return isSameNamespace(route, listener);
    case 'Selector': {
      const { namespace } = route.object;
      if (!namespaces.selector || isSameNamespace(route, listener) === undefined) return undefined;
      // Every namespace has its name as a label, whoever declares it.
      const always = { 'kubernetes.io/metadata.name': namespace };
      const labels = labelsOf(namespace);
      if (labels) return labelSelectorMatches(namespaces.selector, { ...labels, ...always });
      const { requirements } = namespaces.selector;
      const own = requirements.filter(({ key }) => Object.hasOwn(always, key));
      if (!labelSelectorMatches({ requirements: own }, always)) return false;
      return own.length === requirements.length ? true : undefined;
    }
  }
}

function fitsHostname({ hostnames }: RouteView, { hostname }: Listener): boolean {
  return hostnames.length === 0 || hostnames.some((each) => intersectHostnames(hostname, each.hostname) !== undefined);
}
