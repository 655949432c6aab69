import type { KindSchema } from '../../kind-schema.ts';
import {
  authorizationPolicy,
  egressNetwork,
  meshTlsAuthentication,
  networkAuthentication,
  rateLimit,
  serverAuthorization,
} from './authorization.ts';
import { externalWorkload } from './external-workload.ts';
import { httpRoute } from './http-route.ts';
import { server } from './server.ts';
import { serviceProfile } from './service-profile.ts';

export const linkerdKinds: readonly KindSchema[] = [
  server,
  authorizationPolicy,
  meshTlsAuthentication,
  networkAuthentication,
  serverAuthorization,
  httpRoute,
  rateLimit,
  egressNetwork,
  serviceProfile,
  externalWorkload,
];
