import type { ObjectCheck } from '../check.ts';
import { ingressBackend } from './ingress-backend.ts';
import { unknownSourceLabels } from './unknown-source-labels.ts';
import { rulesOfOtherProtocol } from './rules-of-other-protocol.ts';
import { unservedMatchPort } from './unserved-match-port.ts';
import { unboundMatch } from './unbound-match.ts';
import { unknownDelegate } from './unknown-delegate.ts';
import { conflictingHosts } from './conflicting-hosts.ts';
import { delegateOutside } from './delegate-outside.ts';
import { destinationPortRequired } from './destination-port.ts';
import { hiddenFromGateway } from './hidden-from-gateway.ts';
import { ignoredRouteSettings } from './ignored-route-settings.ts';
import { ineffectiveMatch } from './ineffective-match.ts';
import { missingRoute } from './missing-route.ts';
import { repeatedDestination } from './repeated-destination.ts';
import { repeatedGatewayRule } from './repeated-gateway-rule.ts';
import { rewriteDoubleSlash } from './rewrite-double-slash.ts';
import { subsetsBypassed } from './subsets-bypassed.ts';
import { unknownGateway } from './unknown-gateway.ts';
import { unknownHost } from './unknown-host.ts';
import { unknownPort } from './unknown-port.ts';
import { unknownSubset } from './unknown-subset.ts';
import { unreachableRule } from './unreachable-rule.ts';

export const routingChecks: readonly ObjectCheck[] = [
  missingRoute,
  unknownGateway,
  unknownHost,
  unknownSubset,
  destinationPortRequired,
  unknownPort,
  unreachableRule,
  ineffectiveMatch,
  conflictingHosts,
  rewriteDoubleSlash,
  repeatedDestination,
  subsetsBypassed,
  repeatedGatewayRule,
  ignoredRouteSettings,
  hiddenFromGateway,
  unknownDelegate,
  unboundMatch,
  unservedMatchPort,
  rulesOfOtherProtocol,
  unknownSourceLabels,
  delegateOutside,
  ingressBackend,
];
