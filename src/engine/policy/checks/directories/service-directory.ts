import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { isOneLetterOff } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { filledIn, hasPlaceholder } from '../../documents/placeholders.ts';
import { isExportedTo } from '../../semantics/export-to.ts';
import { hostCovers, hostsOverlap, isWildcard, resolveHost } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import { readServices } from '../../semantics/services.ts';
import type { Index } from '../check.ts';
import { addToList } from './add-to-list.ts';
import type { OperatorWork } from './operator-objects.ts';
import { isOperatorKind, operatorObjects, relevantForWork, runByOperators } from './operator-objects.ts';

/** What is known of a host as an object of one namespace writes it. */
export type HostLookup =
  | { readonly state: 'known'; readonly host: string; readonly services: readonly ServiceModel[] }
  /** It exists, but is not exported to the namespace. */
  | { readonly state: 'hidden'; readonly host: string; readonly services: readonly ServiceModel[] }
  | { readonly state: 'unknown'; readonly host: string }
  /** Too little is known to say anything. */
  | { readonly state: 'undecided'; readonly host: string };

/** Services and ServiceEntries by host. */
export class ServiceDirectory {
  readonly isEmpty: boolean;
  /** What it does not have does not exist. */
  readonly isComplete: boolean;
  readonly #exact = new Map<string, ServiceModel[]>();
  readonly #wildcards: ServiceModel[] = [];
  /** Hosts that are filled in before they are applied, as what they may become. */
  readonly #open: readonly ((other: string) => boolean)[];
  readonly #byShortName = new Map<string, ServiceModel[]>();
  readonly #sources = new Set<string>();
  readonly #namespaces = new Map<string, string[]>();
  readonly #work: OperatorWork;
  readonly #settings: ResolvedMeshSettings;

  constructor(
    services: readonly ServiceModel[],
    work: OperatorWork,
    settings: ResolvedMeshSettings,
    isComplete: boolean,
  ) {
    this.isEmpty = services.length === 0;
    this.isComplete = isComplete;
    this.#work = work;
    this.#settings = settings;
    this.#open = services.filter(({ host }) => hasPlaceholder(host)).map(({ host }) => filledIn(host));
    for (const service of services) {
      this.#sources.add(service.object.origin.source);
      if (isWildcard(service.host)) this.#wildcards.push(service);
      else addToList(this.#exact, service.host, service);
      if (service.resolution !== 'CLUSTER' || service.object.kind !== 'Service') continue;
      addToList(this.#byShortName, service.name, service);
      addToList(this.#namespaces, service.namespace, service.name);
    }
  }

  lookUp(name: string, namespace: string, isNamespaceKnown: boolean): HostLookup {
    const host = resolveHost(name, namespace, this.#settings);
    const found = this.servicesOf(host);
    const visible = found.filter(({ exportTo }) => isExportedTo(exportTo, namespace));
    if (visible.length > 0) return { state: 'known', host, services: visible };
    if (isNamespaceKnown && found.length > 0) return { state: 'hidden', host, services: found };
    if (found.length > 0) return { state: 'known', host, services: found };
    if (!isNamespaceKnown && !name.includes('.')) {
      // Whatever namespace it is applied to, a service of that name may be there.
      const [only, ...others] = this.#byShortName.get(name) ?? [];
      if (only) return { state: 'known', host, services: others.length === 0 ? [only] : [] };
    }
    const isOpen = !isNamespaceKnown && !name.includes('.');
    const isUndecided =
      this.isEmpty ||
      isWildcard(host) ||
      this.#isOtherDomain(host) ||
      this.#isElsewhere(host, isOpen) ||
      this.#isMade(host) ||
      this.#open.some((pattern) => pattern(host));
    return { state: isUndecided ? 'undecided' : 'unknown', host };
  }

  /** Every service that serves the host, whoever sees it. */
  servicesOf(host: string): readonly ServiceModel[] {
    const exact = this.#exact.get(host);
    if (this.#wildcards.length === 0) return exact ?? [];
    return [...(exact ?? []), ...this.#wildcards.filter((service) => hostCovers(service.host, host))];
  }

  /** Whether a file, or cluster, declares any service. */
  isDeclaredIn(source: string): boolean {
    return this.#sources.has(source);
  }

  /** Whether an operator may make a Service of the name. */
  mayBeMade(namespace: string, name: string): boolean {
    return this.#work.mayBeNamed(namespace, name);
  }

  /** Whether any service is among the hosts of a wildcard, whoever sees it. */
  hasHostsUnder(wildcard: string): boolean {
    return [...this.hosts(), ...this.#wildcards.map(({ host }) => host)].some((host) => hostsOverlap(wildcard, host));
  }

  /** Names of the cluster services of a namespace. */
  namesIn(namespace: string): readonly string[] {
    return this.#namespaces.get(namespace) ?? [];
  }

  /** Cluster services of that name, in any namespace. */
  named(name: string): readonly ServiceModel[] {
    return this.#byShortName.get(name) ?? [];
  }

  /** Hosts of ServiceEntries that are no wildcards. */
  hosts(): readonly string[] {
    return [...this.#exact.keys()];
  }

  /** A full name in a domain that is not the one we were told, of a service that exists: the setting is wrong, not the host. */
  #isOtherDomain(host: string): boolean {
    const match = /^([^.]+)\.([^.]+)\.svc\.(.+)$/.exec(host);
    const [, name, namespace, domain] = match ?? [];
    if (name === undefined || namespace === undefined || domain === this.#settings.clusterDomain) return false;
    const ours = this.#settings.clusterDomain;
    // Only the beginning of ours was cut off, or a letter of it is wrong.
    if (domain !== undefined && (ours.startsWith(`${domain}.`) || isOneLetterOff(domain, ours))) return false;
    return this.namesIn(namespace).includes(name);
  }

  /**
   * A service that others install or declare: of the control plane, or of a namespace of which no service is known and
   * that has no service of a name that is known elsewhere, as a misspelt namespace would. A name that `isOpen` may be of
   * any namespace.
   */
  #isElsewhere(host: string, isOpen: boolean): boolean {
    const [name, namespace] = clusterNames(host);
    if (name === undefined || namespace === undefined || this.isComplete) return false;
    if (namespace === this.#settings.rootNamespace && controlPlaneName.test(name)) return true;
    if (isOpen) return this.#byShortName.size === 0;
    return this.namesIn(namespace).length === 0 && this.named(name).length === 0;
  }

  #isMade(host: string): boolean {
    const [name, namespace] = clusterNames(host);
    return name !== undefined && namespace !== undefined && this.mayBeMade(namespace, name);
  }
}

/** Name and namespace of a full name of a Service, in whatever domain. */
function clusterNames(host: string): readonly [string | undefined, string | undefined] {
  const [, name, namespace] = /^([^.]+)\.([^.]+)\.svc\./.exec(host) ?? [];
  return [name, namespace];
}

/**
 * The host as it is declared, where it is written with other letters: istiod looks for a destination, and for the host of
 * a DestinationRule, by its very letters. Names of Services are lower case. Undefined where the letters are right, or may be.
 */
export function otherSpelling(host: string, services: readonly ServiceModel[]): string | undefined {
  const lower = host.toLowerCase();
  const declared = services.map(({ object }) => {
    if (object.kind === 'Service') return lower;
    const hosts = listOf(fieldOf(object.spec, 'hosts')).filter((each) => typeof each === 'string');
    // A short name, and what a wildcard takes in, are left alone.
    return hosts.includes(host) ? host : (hosts.find((each) => each.toLowerCase() === lower) ?? host);
  });
  return declared.includes(host) ? undefined : declared[0];
}

/** Services that installing Istio creates. */
const controlPlaneName = /^(?:istiod|istio-(?:ingress|egress|eastwest)gateway)(?:-|$)/;

/** Where its pods listen and how it is published changes nothing for those who call it. */
function serviceParts(spec: UntrustedRecord): unknown {
  const ports = listOf(spec.ports).map((port) =>
    ['name', 'port', 'protocol', 'appProtocol'].map((key) => fieldOf(port, key)),
  );
  return [ports, spec.selector, spec.clusterIP, spec.clusterIPs, spec.type, spec.externalName];
}

export const serviceDirectory: Index<ServiceDirectory> = {
  inputs: [Kinds.service, Kinds.serviceEntry, operatorObjects],
  relevant: (object) =>
    isOperatorKind(kindKey(object))
      ? relevantForWork(object)
      : [
          object.annotations['networking.istio.io/exportTo'],
          object.kind === 'Service' && isRecord(object.spec) ? serviceParts(object.spec) : object.spec,
        ],
  build: (objects, settings) =>
    new ServiceDirectory(
      readServices(objects, settings),
      runByOperators(objects),
      settings,
      objects.isComplete(Kinds.service),
    ),
};
