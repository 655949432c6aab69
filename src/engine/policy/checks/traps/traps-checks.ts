import type { ObjectCheck } from '../check.ts';
import { preflightRefused } from './preflight-refused.ts';
import { hiddenClientAddress } from './hidden-client-address.ts';
import { strictForOutside } from './strict-for-outside.ts';
import { portPastSidecar } from './port-past-sidecar.ts';
import { doubleTls } from './double-tls.ts';
import { regexGroupReference } from './regex-group-reference.ts';
import { partialRegex } from './partial-regex.ts';
import { exposedHeadersStar } from './exposed-headers-star.ts';
import { impossibleOrigin } from './impossible-origin.ts';
import { impossiblePath } from './impossible-path.ts';
import { wildcardInside } from './wildcard-inside.ts';
import { portOfService } from './port-of-service.ts';
import { allowRuleOnTcp } from './allow-rule-on-tcp.ts';
import { corsAnyOrigin } from './cors-any-origin.ts';
import { faultBeforeRetries } from './fault-before-retries.ts';
import { hostBits } from './host-bits.ts';
import { hostOfOtherNamespace } from './host-of-other-namespace.ts';
import { mirrorToItself } from './mirror-to-itself.ts';
import { portProtocolMismatch } from './port-protocol-mismatch.ts';
import { prefixWithoutBoundary } from './prefix-without-boundary.ts';
import { probesRefused } from './probes-refused.ts';
import { queryInPath } from './query-in-path.ts';
import { ruleForNobody } from './rule-for-nobody.ts';
import { timeoutBelowTry } from './timeout-below-try.ts';
import { virtualServiceRedirectLoop } from './virtual-service-redirect-loop.ts';

/** Settings that are valid and do something else than they seem to. */
export const trapsChecks: readonly ObjectCheck[] = [
  faultBeforeRetries,
  prefixWithoutBoundary,
  timeoutBelowTry,
  hostBits,
  hostOfOtherNamespace,
  mirrorToItself,
  virtualServiceRedirectLoop,
  corsAnyOrigin,
  exposedHeadersStar,
  impossibleOrigin,
  queryInPath,
  ruleForNobody,
  portProtocolMismatch,
  probesRefused,
  allowRuleOnTcp,
  portOfService,
  wildcardInside,
  impossiblePath,
  partialRegex,
  regexGroupReference,
  doubleTls,
  portPastSidecar,
  strictForOutside,
  hiddenClientAddress,
  preflightRefused,
];
