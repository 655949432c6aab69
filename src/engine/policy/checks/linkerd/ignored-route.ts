import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import { authorizationTarget, servers } from './server-view.ts';
import { proxyProtocols } from './unknown-proxy-protocol.ts';

const routeKinds = [Kinds.linkerdHttpRoute, Kinds.httpRoute, Kinds.grpcRoute] as const;

/** Protocols of a Server by the kinds of routes that proxies look at for them; for all others there are none. */
const protocolsOf = (isForGrpc: boolean): readonly string[] => (isForGrpc ? ['gRPC'] : ['unknown', 'HTTP/1', 'HTTP/2']);

export const ignoredLinkerdRoute: ObjectCheck = {
  scope: 'object',
  code: 'MESH4015',
  rule: 'ignored-linkerd-route',
  aliases: [],
  severity: 'warning',
  summary:
    'A route is bound to a Server of Linkerd whose protocol has no such routes, or a policy is for a route that is bound to no Server.',
  subject: [...routeKinds, Kinds.linkerdAuthorizationPolicy],
  inputs: [servers, ...routeKinds],
  run(context) {
    if (kindKey(context.subject) === Kinds.linkerdAuthorizationPolicy) checkPolicy(context);
    else checkParents(context);
  },
};

function checkParents(context: CheckContext): void {
  const { subject, isNamespaceKnown } = context;
  const isForGrpc = kindKey(subject) === Kinds.grpcRoute;
  for (const { key, namespace, hasNamespace, name, path } of routeOf(subject).parents) {
    if (key !== Kinds.linkerdServer || !(hasNamespace || isNamespaceKnown)) continue;
    const server = context
      .index(servers)
      .get(namespace)
      ?.find(({ object }) => object.name === name);
    const protocol = server?.proxyProtocol;
    if (!server || protocol === undefined || protocolsOf(isForGrpc).includes(protocol)) continue;
    // A word that Linkerd does not know has a finding of its own.
    if (!proxyProtocols.some((each) => each === protocol)) continue;
    const { object } = server;
    context.report(subject, [...path, 'name'], {
      message: `Server \`${name}\` is for ${protocol}, for which proxies look at no ${subject.kind}: this one does nothing there.`,
      part: 'value',
      related: [{ message: `Server ${object.name}.`, object, path: ['spec', 'proxyProtocol'] }],
    });
  }
}

function checkPolicy(context: CheckContext): void {
  const { subject, isNamespaceKnown } = context;
  const target = authorizationTarget(subject);
  const kind = routeKinds.find((each) => each === target?.key);
  if (!target || !kind || !isNamespaceKnown) return;
  const route = context.find(kind, subject.namespace, target.name);
  if (!route || routeOf(route).parents.some(({ key }) => key === Kinds.linkerdServer)) return;
  context.report(subject, [...target.path, 'name'], {
    message: `${route.kind} \`${route.name}\` is bound to no Server, so this policy allows nothing: it is at Servers that calls are authorized.`,
    part: 'value',
    related: [{ message: `${route.kind} ${route.name}.`, object: route, path: ['spec', 'parentRefs'] }],
  });
}
