/** What objects of the Gateway API say, read once for each object. */
import { readListeners } from '../../semantics/gateway-api/listeners.ts';
import { readGrant } from '../../semantics/gateway-api/reference-grants.ts';
import { readRoute } from '../../semantics/gateway-api/route.ts';
import { perObject } from '../per-object.ts';

export const routeOf = perObject(readRoute);
export const listenersIn = perObject(readListeners);
export const grantOf = perObject(readGrant);
