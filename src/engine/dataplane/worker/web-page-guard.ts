/**
 * Keeps web pages from using a developer's way into a cluster: any page of the internet can send requests to a loopback
 * port, directly or by a name of its own that it lets point there (DNS rebinding).
 */
import type { RequestHead } from '../http/message-head.ts';
import { splitAuthority } from './request-target.ts';

/** This machine, by whatever name a browser may call it. */
export function isLocalName(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * True for requests of a page that is neither of this machine, nor of the host that is called, nor of the mesh. Programs
 * that pass on the Origin of a page they serve themselves are none.
 */
export function isForeignPage(
  head: RequestHead,
  calledHost: string,
  isMeshHost: (authority: string) => boolean,
): boolean {
  const origin = head.headers.get('origin');
  if (origin === undefined) {
    const site = head.headers.get('sec-fetch-site');
    return site === 'cross-site' || site === 'same-site';
  }
  // Opaque origins are `null`: sandboxed frames, files, data URLs.
  const authority = /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1];
  const page = authority === undefined ? undefined : splitAuthority(authority, 80)?.host;
  if (page === undefined || authority === undefined) return true;
  return !isLocalName(page) && page !== calledHost.toLowerCase() && !isMeshHost(authority);
}

export const foreignPageRefusal = 'Web pages from elsewhere may not send requests through this proxy.';
