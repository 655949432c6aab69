import type { ObjectCheck } from '../check.ts';
import { workloadPortName } from './workload-port-name.ts';
import { tlsToPlaintextPort } from './tls-to-plaintext-port.ts';
import { plaintextToTlsPort } from './plaintext-to-tls-port.ts';
import { staticWithoutEndpoints } from './static-without-endpoints.ts';
import { conflictingEntryProtocols } from './conflicting-entry-protocols.ts';
import { emptyOutboundPolicy } from './empty-outbound-policy.ts';
import { hostCapitals } from './host-capitals.ts';
import { ingressPort } from './ingress-port.ts';
import { repeatedEntry } from './repeated-entry.ts';
import { rootSidecarSelector } from './root-sidecar-selector.ts';
import { selectorSelectsNothing } from './selector-selects-nothing.ts';
import { sidecarsOfOneWorkload } from './sidecars-of-one-workload.ts';
import { sidecarsWithoutSelector } from './sidecars-without-selector.ts';
import { tcpEntryWithoutAddress } from './tcp-entry-without-address.ts';
import { unknownEgressHost } from './unknown-egress-host.ts';
import { unknownExportNamespace } from './unknown-export-namespace.ts';

export const scopeChecks: readonly ObjectCheck[] = [
  selectorSelectsNothing,
  sidecarsWithoutSelector,
  sidecarsOfOneWorkload,
  rootSidecarSelector,
  emptyOutboundPolicy,
  unknownEgressHost,
  tcpEntryWithoutAddress,
  conflictingEntryProtocols,
  repeatedEntry,
  unknownExportNamespace,
  staticWithoutEndpoints,
  ingressPort,
  workloadPortName,
  plaintextToTlsPort,
  tlsToPlaintextPort,
  hostCapitals,
];
