/** Names of hosts as Istio reads them in policies. */
import { compareText } from '../../../shared/compare.ts';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fullHost } from '../../model/indexes/hosts.ts';
import type { Labels } from '../../model/mesh-object.ts';

/** `reviews.bookinfo.svc.cluster.local`. */
export function serviceHost(
  name: string,
  namespace: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): string {
  return `${name}.${namespace}.svc.${settings.clusterDomain}`;
}

/**
 * The host a name in a policy of `namespace` stands for, in lower case. Only a name without a dot is short; Istio takes
 * `reviews.bookinfo` as it stands and finds nothing. `*` and IP addresses are left alone.
 */
export function resolveHost(
  host: string,
  namespace: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): string {
  return fullHost(host, namespace, settings.clusterDomain);
}

/** The full name as it is written, capitals included. */
export function writtenHost(
  host: string,
  namespace: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): string {
  return host + resolveHost(host, namespace, settings).slice(host.length);
}

/**
 * The host that a destination or a DestinationRule means. Istiod looks for it by its very letters, unlike those that a
 * VirtualService is for; names of Services are in lower case, so that one of them in capitals is nobody's.
 */
export function wantedHost(
  host: string,
  namespace: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): string {
  const resolved = resolveHost(host, namespace, settings);
  return resolved.endsWith(`.svc.${settings.clusterDomain}`) ? writtenHost(host, namespace, settings) : resolved;
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Every host that `host` stands for is one that `pattern` stands for. `*.a.b` does not cover `a.b`. */
export function hostCovers(pattern: string, host: string): boolean {
  return lettersCover(pattern.toLowerCase(), host.toLowerCase());
}

/** The same with `A` and `a` for two letters, as istiod compares hosts of Gateways with those of VirtualServices. */
export function lettersCover(wide: string, narrow: string): boolean {
  if (!isWildcard(wide)) return wide === narrow;
  const suffix = wide.slice(1);
  if (!isWildcard(narrow)) return narrow.endsWith(suffix);
  return narrow.length >= wide.length && narrow.slice(1).endsWith(suffix);
}

/** The two stand for at least one common host. */
export function hostsOverlap(a: string, b: string): boolean {
  return hostCovers(a, b) || hostCovers(b, a);
}

/** For sorting: exact before wildcard, then longer before shorter, then by name. */
export function bySpecificity(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1;
  if (a.length !== b.length) return b.length - a.length;
  return compareText(a, b);
}

/** Every pair of the selector stands on the labels. An empty selector matches everything. */
export function selectorMatches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/**
 * Names by which a proxy in `fromNamespace` may call a cluster service, most complete first: the full name, with a
 * trailing dot, without the domain, with the namespace only, and the bare name in its own namespace.
 */
export function namesOfServiceHost(
  host: string,
  fromNamespace: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): readonly string[] {
  const suffix = `.svc.${settings.clusterDomain}`;
  const names = [host, `${host}.`];
  if (!host.endsWith(suffix)) return names;
  const stem = host.slice(0, -suffix.length);
  names.push(`${stem}.svc`, stem);
  const dot = stem.lastIndexOf('.');
  if (dot > 0 && stem.slice(dot + 1) === fromNamespace) names.push(stem.slice(0, dot));
  return names;
}

/** What istiod would have meant by a name it does not expand: `reviews.bookinfo` is meant as the service's full name. */
export function expandedServiceName(
  host: string,
  settings: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): string | undefined {
  const parts = host.split('.');
  const [name, namespace] = parts;
  const isPartial = parts.length === 2 || (parts.length === 3 && parts[2] === 'svc');
  return isPartial && name && namespace ? serviceHost(name, namespace, settings) : undefined;
}
