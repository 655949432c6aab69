/** What routes have around their rules. */
import type { ApiChannel } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema } from '../../schema.ts';
import { choice, list, record } from '../../schema.ts';
import { experimentalIn } from './channel.ts';
import { hostname } from './names.ts';
import { parentReferences } from './references.ts';

export const useDefaultGateways = (channel: ApiChannel) =>
  experimentalIn(channel)(choice('Whether the route attaches to default gateways.', ['All', 'None']));

/** The spec of a route that is chosen by hosts. */
export const hostedRoute = (channel: ApiChannel, rules: ListSchema): ObjectSchema =>
  record('Parents, hosts and rules.', {
    parentRefs: parentReferences(channel),
    hostnames: list('Hosts the route is for; all of the listener unless given.', hostname('A host.'), { maxItems: 16 }),
    useDefaultGateways: useDefaultGateways(channel),
    rules,
  });
