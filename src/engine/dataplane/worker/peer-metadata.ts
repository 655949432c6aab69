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

// By header value or by principal (which, unlike a header value, has no `=`). The same peers send the same value with every
// request. Bounded, because a plaintext client can send anything.
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
  remember(value, peer);
  return peer;
}

function remember(key: string, peer: PeerLabels): void {
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(key, peer);
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
    return onlyPrincipal(principal);
  }
  return claimed.principal === principal ? claimed : anonymous(claimed);
}

/** A peer of which only the principal is known; always the same object for the same principal, while remembered. */
function onlyPrincipal(principal: string): PeerLabels {
  const present = remembered.get(principal);
  if (present !== undefined) return present;
  const peer = { ...unknownPeer, principal };
  remember(principal, peer);
  return peer;
}

const anonymized = new WeakMap<PeerLabels, PeerLabels>();

/** The same peer with its principal unknown; always the same object for the same peer. */
function anonymous(peer: PeerLabels): PeerLabels {
  let result = anonymized.get(peer);
  if (result === undefined) {
    result = { ...peer, principal: 'unknown' };
    anonymized.set(peer, result);
  }
  return result;
}
