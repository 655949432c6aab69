import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, CheckInput } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { clientTlsPlaces, serverAnswers } from './client-tls.ts';

/** What `checkModes` reads. */
export const clientTlsInputs: readonly CheckInput[] = [
  serviceDirectory,
  workloadDirectory,
  namespaceDirectory,
  peerAuthentications,
  Kinds.peerAuthentication,
];

/** Reports places of a DestinationRule where clients have one of the modes and a server has the other. */
export function checkModes(
  context: CheckContext,
  clientModes: readonly string[],
  serverMode: string,
  say: (server: string, client: string) => string,
): void {
  const { subject } = context;
  for (const place of clientTlsPlaces(subject)) {
    if (!clientModes.includes(place.mode)) continue;
    const found = serverAnswers(context, place).find(({ mode }) => mode === serverMode);
    if (!found?.source) continue;
    const { resource, path } = found.source;
    const policy = context.find(Kinds.peerAuthentication, resource.namespace ?? '', resource.name);
    const message = say(found.of.charAt(0).toUpperCase() + found.of.slice(1), place.mode);
    context.report(subject, place.path, { message, part: 'value', related: policy ? [relatedOf(policy, path)] : [] });
  }
}

function relatedOf(
  object: MeshObject,
  path: readonly (string | number)[],
): { message: string; object: MeshObject; path: readonly (string | number)[] } {
  return { message: `PeerAuthentication ${object.name} says so.`, object, path };
}
