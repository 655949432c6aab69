import type { ObjectCheck } from '../check.ts';
import { ignoredLinkerdRoute } from './ignored-route.ts';
import { linkerdNetwork } from './linkerd-network.ts';
import { linkerdAnnotation } from './linkerd-annotation.ts';
import { linkerdReferenceKind } from './reference-kind.ts';
import { portPastProxy } from './port-past-proxy.ts';
import { probeWithoutRoute } from './probe-without-route.ts';
import { linkerdIdentity } from './linkerd-identity.ts';
import { serviceProfile } from './service-profile.ts';
import { linkerdReferenceGroup } from './reference-group.ts';
import { linkerdInjection } from './linkerd-injection.ts';
import { unknownProxyProtocol } from './unknown-proxy-protocol.ts';
import { competingServers } from './competing-servers.ts';
import { conflictingAuthentications } from './conflicting-authentications.ts';
import { serverSelectsNothing } from './server-selects-nothing.ts';
import { unauthorizedServer } from './unauthorized-server.ts';
import { unknownAuthentication } from './unknown-authentication.ts';
import { unknownLinkerdTarget } from './unknown-linkerd-target.ts';

export const linkerdChecks: readonly ObjectCheck[] = [
  unknownLinkerdTarget,
  unknownAuthentication,
  serverSelectsNothing,
  competingServers,
  unauthorizedServer,
  conflictingAuthentications,
  unknownProxyProtocol,
  linkerdInjection,
  linkerdReferenceGroup,
  serviceProfile,
  linkerdIdentity,
  probeWithoutRoute,
  portPastProxy,
  linkerdReferenceKind,
  ignoredLinkerdRoute,
  linkerdAnnotation,
  linkerdNetwork,
];
