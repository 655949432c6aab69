import type { ObjectCheck } from '../check.ts';
import { controlPlaneAddress } from './control-plane-address.ts';
import { controlPlaneIp } from './control-plane-ip.ts';
import { deprecatedMeshSetting } from './deprecated-mesh-setting.ts';
import { gatewayApiVersion } from './gateway-api-version.ts';
import { overlappingInjectors } from './overlapping-injectors.ts';
import { removedKind } from './removed-kind.ts';
import { unknownNetworkRegistry } from './unknown-network-registry.ts';
import { unknownWebhookService } from './unknown-webhook-service.ts';

export const meshConfigChecks: readonly ObjectCheck[] = [
  unknownNetworkRegistry,
  overlappingInjectors,
  unknownWebhookService,
  controlPlaneAddress,
  controlPlaneIp,
  gatewayApiVersion,
  removedKind,
  deprecatedMeshSetting,
];
