/** Who is at the other end of a hop, as far as metrics and spans name it. */
import type { ProxyIdentity } from '../data-plane.ts';

/** A workload as the labels of Istio's metrics name it; `unknown` where nothing is known. */
export interface PeerLabels {
  readonly instance: string;
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly cluster: string;
  readonly principal: string;
}

export const unknownPeer: PeerLabels = {
  instance: '',
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  cluster: 'unknown',
  principal: 'unknown',
};

/** Header in which our sidecars name themselves to each other. It never reaches an application. */
export const peerHeader = 'x-meshlens-peer';

const maxLength = 2048;
const maxField = 253;
const maxRemembered = 1000;

/** The value of the header for a proxy. */
export function encodePeer(identity: ProxyIdentity): string {
  const fields = new URLSearchParams({
    i: identity.instance,
    w: identity.workload,
    n: identity.namespace,
    a: identity.app,
    v: identity.version,
    c: identity.cluster,
    p: identity.principal,
  });
  return fields.toString();
}

// The same peers send the same value with every request. Bounded, because a plaintext client can send anything.
const remembered = new Map<string, PeerLabels>();

function decode(value: string): PeerLabels {
  if (value.length > maxLength) return unknownPeer;
  const present = remembered.get(value);
  if (present !== undefined) return present;
  const fields = new URLSearchParams(value);
  const field = (name: string): string => fields.get(name)?.slice(0, maxField) || 'unknown';
  const peer: PeerLabels = {
    instance: fields.get('i')?.slice(0, maxField) ?? '',
    workload: field('w'),
    namespace: field('n'),
    app: field('a'),
    version: field('v'),
    cluster: field('c'),
    principal: field('p'),
  };
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(value, peer);
  return peer;
}

/**
 * Who sent a request. Over an authenticated connection the header must name the principal of the certificate, else only
 * that principal is believed; over plaintext the header is shown, with the principal unknown.
 */
export function peerOf(
  header: string | undefined,
  connection: { readonly secure: boolean; readonly principal: string | undefined },
): PeerLabels {
  const claimed = header === undefined ? unknownPeer : decode(header);
  const principal = connection.principal ?? 'unknown';
  if (connection.secure && connection.principal !== undefined && claimed.principal !== principal) {
    return { ...unknownPeer, principal };
  }
  return claimed.principal === principal ? claimed : { ...claimed, principal };
}
