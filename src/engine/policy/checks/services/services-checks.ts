import type { ObjectCheck } from '../check.ts';
import { unknownProbePort } from './unknown-probe-port.ts';
import { statefulSetService } from './stateful-set-service.ts';
import { sessionAffinity } from './session-affinity.ts';
import { nodePortRange } from './node-port-range.ts';
import { externalName } from './external-name.ts';
import { serviceType } from './service-type.ts';
import { serviceSelectsNothing } from './service-selects-nothing.ts';
import { externalNamePort } from './external-name-port.ts';
import { portOfTwoProtocols } from './port-of-two-protocols.ts';
import { portWithoutProtocol } from './port-without-protocol.ts';
import { refusedByIstio } from './refused-by-istio.ts';
import { servicesDifferBetweenClusters } from './services-differ-between-clusters.ts';
import { sharedTargetPort } from './shared-target-port.ts';
import { unknownAppProtocol } from './unknown-app-protocol.ts';
import { unknownTargetPort } from './unknown-target-port.ts';

export const servicesChecks: readonly ObjectCheck[] = [
  portWithoutProtocol,
  unknownAppProtocol,
  externalNamePort,
  unknownTargetPort,
  portOfTwoProtocols,
  sharedTargetPort,
  servicesDifferBetweenClusters,
  refusedByIstio,
  serviceSelectsNothing,
  nodePortRange,
  externalName,
  serviceType,
  sessionAffinity,
  statefulSetService,
  unknownProbePort,
];
