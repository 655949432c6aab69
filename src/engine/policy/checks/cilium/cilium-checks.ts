import type { ObjectCheck } from '../check.ts';
import { ciliumPort } from './cilium-port.ts';
import { unknownCiliumService } from './unknown-cilium-service.ts';
import { ciliumLabelKey } from './label-key.ts';
import { foreignNamespace } from './foreign-namespace.ts';
import { ciliumEmptyPolicy } from './cilium-empty-policy.ts';
import { httpOfEncrypted } from './http-of-encrypted.ts';
import { ciliumException } from './cilium-exception.ts';
import { ciliumMethodCase } from './cilium-method-case.ts';
import { ciliumHttpPattern } from './cilium-http-pattern.ts';
import { ciliumPeerSelectsNothing } from './cilium-peer-selects-nothing.ts';
import { ciliumSelectsNothing } from './cilium-selects-nothing.ts';
import { combinedPeers } from './combined-peers.ts';
import { deniedAnyway } from './denied-anyway.ts';
import { fqdnWithoutDns } from './fqdn-without-dns.ts';
import { httpOverDatagrams } from './http-over-datagrams.ts';
import { selectedNodes } from './selected-nodes.ts';

export const ciliumChecks: readonly ObjectCheck[] = [
  ciliumSelectsNothing,
  fqdnWithoutDns,
  combinedPeers,
  selectedNodes,
  deniedAnyway,
  httpOverDatagrams,
  ciliumPeerSelectsNothing,
  ciliumHttpPattern,
  ciliumMethodCase,
  ciliumException,
  ciliumLabelKey,
  foreignNamespace,
  httpOfEncrypted,
  ciliumEmptyPolicy,
  ciliumPort,
  unknownCiliumService,
];
