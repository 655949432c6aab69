import type { ApiChannel, KindSchema } from '../../kind-schema.ts';
import { backendTlsPolicy } from './backend-tls.ts';
import { tcpRoute, tlsRoute, udpRoute } from './connection-routes.ts';
import { experimentalKinds } from './experimental-kinds.ts';
import { gatewayClass } from './gateway-class.ts';
import { gateway } from './gateway.ts';
import { grpcRoute } from './grpc-route.ts';
import { httpRoute } from './http-route.ts';
import { listenerSet } from './listener-set.ts';
import { referenceGrant } from './reference-grant.ts';

/** All kinds of both channels; in the standard channel, what only the other has is marked. */
export const gatewayApiKinds = (channel: ApiChannel): readonly KindSchema[] => [
  gateway(channel),
  httpRoute(channel),
  grpcRoute(channel),
  tlsRoute(channel),
  tcpRoute(channel),
  udpRoute(channel),
  referenceGrant,
  backendTlsPolicy,
  listenerSet,
  gatewayClass,
  ...experimentalKinds.map((kind) => (channel === 'standard' ? ({ ...kind, channel: 'experimental' } as const) : kind)),
];
