import type { ObjectCheck } from '../check.ts';
import { repeatedHeaderMatch } from './repeated-header-match.ts';
import { listenerWithoutRoutes } from './listener-without-routes.ts';
import { backendTlsPolicyTarget } from './backend-tls-policy-target.ts';
import { conflictingListeners } from './conflicting-listeners.ts';
import { conflictingRoutes } from './conflicting-routes.ts';
import { gatewayStatus } from './gateway-status.ts';
import { ignoredHostnames } from './ignored-hostnames.ts';
import { incompatibleRouteKind } from './incompatible-route-kind.ts';
import { missingReferenceGrant } from './missing-reference-grant.ts';
import { gatewayRedirectLoop } from './redirect-loop.ts';
import { repeatedRouteMatch } from './repeated-route-match.ts';
import { routeHostnameMismatch } from './route-hostname-mismatch.ts';
import { routeNotAllowed } from './route-not-allowed.ts';
import { routeRegex } from './route-regex.ts';
import { routesOfTwoKinds } from './routes-of-two-kinds.ts';
import { ruleWithoutBackend } from './rule-without-backend.ts';
import { serviceRouteTakesAllPorts } from './service-route-takes-all-ports.ts';
import { serviceRouteWithoutCatchAll } from './service-route-without-catch-all.ts';
import { sharedGatewayAddress } from './shared-gateway-address.ts';
import { unknownBackend } from './unknown-backend.ts';
import { unknownBackendPort } from './unknown-backend-port.ts';
import { unknownCertificate } from './unknown-certificate.ts';
import { unknownGatewayClass } from './unknown-gateway-class.ts';
import { unknownListener } from './unknown-listener.ts';
import { unknownRouteParent } from './unknown-route-parent.ts';
import { uselessReferenceGrant } from './useless-reference-grant.ts';
import { wrongReferenceKind } from './wrong-reference-kind.ts';
import { zeroBackendWeights } from './zero-backend-weights.ts';

export const gatewayApiChecks: readonly ObjectCheck[] = [
  unknownRouteParent,
  unknownListener,
  routeNotAllowed,
  routeHostnameMismatch,
  unknownBackend,
  unknownBackendPort,
  wrongReferenceKind,
  missingReferenceGrant,
  uselessReferenceGrant,
  unknownCertificate,
  conflictingListeners,
  sharedGatewayAddress,
  unknownGatewayClass,
  repeatedRouteMatch,
  conflictingRoutes,
  serviceRouteWithoutCatchAll,
  serviceRouteTakesAllPorts,
  zeroBackendWeights,
  ruleWithoutBackend,
  gatewayRedirectLoop,
  backendTlsPolicyTarget,
  gatewayStatus,
  ignoredHostnames,
  incompatibleRouteKind,
  listenerWithoutRoutes,
  routesOfTwoKinds,
  routeRegex,
  repeatedHeaderMatch,
];
