import type { KindSchema } from '../../kind-schema.ts';
import { destinationRule } from './destination-rule.ts';
import { gateway } from './gateway.ts';
import { peerAuthentication } from './peer-authentication.ts';
import { serviceEntry } from './service-entry.ts';
import { virtualService } from './virtual-service.ts';
import { workloadEntry } from './workload-entry.ts';

export const istioKinds: readonly KindSchema[] = [
  destinationRule,
  gateway,
  peerAuthentication,
  serviceEntry,
  virtualService,
  workloadEntry,
];
