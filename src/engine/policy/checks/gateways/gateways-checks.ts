import type { ObjectCheck } from '../check.ts';
import { redirectOfHttps } from './redirect-of-https.ts';
import { claimRouteWithoutAuthentication } from './claim-route-without-authentication.ts';
import { conflictingGateways } from './conflicting-gateways.ts';
import { dottedGatewayName } from './dotted-gateway-name.ts';
import { duplicateCertificate } from './duplicate-certificate.ts';
import { gatewaySelectsNothing } from './gateway-selects-nothing.ts';
import { hostNotInGateway } from './host-not-in-gateway.ts';
import { internalGatewayName } from './internal-gateway-name.ts';
import { invalidCredential } from './invalid-credential.ts';
import { unknownCredential } from './unknown-credential.ts';
import { unservedPort } from './unserved-port.ts';

export const gatewaysChecks: readonly ObjectCheck[] = [
  gatewaySelectsNothing,
  conflictingGateways,
  unknownCredential,
  invalidCredential,
  duplicateCertificate,
  unservedPort,
  hostNotInGateway,
  internalGatewayName,
  dottedGatewayName,
  claimRouteWithoutAuthentication,
  redirectOfHttps,
];
