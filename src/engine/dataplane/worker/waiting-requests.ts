import type { ProxyIdentity } from '../data-plane.ts';
import type { WaitingRequests } from '../report.ts';
import type { PeerLabels } from './peer-metadata.ts';
import { hopLabels, type ServiceLabels } from './request-series.ts';

/** Where a request is on its way to. */
export interface Heading {
  readonly peer: PeerLabels;
  readonly service: ServiceLabels;
  readonly protocol: 'http' | 'grpc';
  readonly generation: number;
}

/** A request that was sent on and is not answered yet. */
export interface WaitingRequest {
  /** Undefined between two tries. */
  readonly heading: Heading | undefined;
  /** Its place in the list it waits in; -1: in none. */
  waitingPlace: number;
}

/** Requests that wait. Each knows its place, so that coming and going costs next to nothing. */
export class WaitingList {
  readonly #requests: WaitingRequest[] = [];

  add(request: WaitingRequest): void {
    request.waitingPlace = this.#requests.length;
    this.#requests.push(request);
  }

  /** Takes a request out, if it is in. */
  remove(request: WaitingRequest): void {
    const place = request.waitingPlace;
    const last = place < 0 ? undefined : this.#requests.pop();
    if (last === undefined) return;
    request.waitingPlace = -1;
    if (last === request) return;
    last.waitingPlace = place;
    this.#requests[place] = last;
  }

  [Symbol.iterator](): Iterator<WaitingRequest> {
    return this.#requests.values();
  }
}

/** Counts the requests that one proxy waits for, by where they are on their way to. */
export function countWaiting(self: ProxyIdentity, requests: Iterable<WaitingRequest>): WaitingRequests[] {
  const counted = new Map<string, { -readonly [K in keyof WaitingRequests]: WaitingRequests[K] }>();
  for (const { heading } of requests) {
    if (heading === undefined) continue;
    const { peer, service, protocol, generation } = heading;
    const key = `${peer.instance} ${service.host} ${protocol} ${generation}`;
    const same = counted.get(key);
    if (same) same.count += 1;
    else {
      // How the connection is secured, and with which answer it ends, is not known before.
      const labels = hopLabels(self, { reporter: 'source', peer, service, secure: false, flags: '-' });
      counted.set(key, { labels: { ...labels, request_protocol: protocol }, count: 1, generation });
    }
  }
  return [...counted.values()];
}
