/** Indexes over one snapshot, built when first asked for and kept with it. */
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import { fieldOf, isRecord } from '../../shared/untrusted.ts';
import { Kinds } from '../model/kinds.ts';
import type { Labels } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Index, ObjectReader } from '../policy/checks/check.ts';
import type { ServiceDirectory } from '../policy/checks/directories/service-directory.ts';
import { serviceDirectory } from '../policy/checks/directories/service-directory.ts';
import type { SubsetDirectory } from '../policy/checks/directories/subset-directory.ts';
import { subsetDirectory } from '../policy/checks/directories/subset-directory.ts';
import { rulesOf } from '../policy/checks/routing/virtual-service-view.ts';
import type { WorkloadDirectory } from '../policy/checks/directories/workload-directory.ts';
import { workloadDirectory } from '../policy/checks/directories/workload-directory.ts';
import { catalogOf, type SchemaCatalog } from '../policy/schema/schema-catalog.ts';
import type { WorkloadView } from '../policy/semantics/workloads.ts';
import type { ServiceModel } from '../policy/semantics/services.ts';
import { readServices } from '../policy/semantics/services.ts';
import type { NameProposal } from './name-proposal.ts';

export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** What is known of the things that texts name. */
export class Knowledge {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly #built = new Map<Index<unknown>, unknown>();
  #schemas: SchemaCatalog | undefined;
  #services: readonly ServiceModel[] | undefined;
  #namespaces: readonly string[] | undefined;
  #accounts: readonly NamespacedName[] | undefined;
  #headers: readonly string[] | undefined;

  constructor(snapshot: Snapshot, settings: ResolvedMeshSettings) {
    this.snapshot = snapshot;
    this.settings = settings;
  }

  get services(): ServiceDirectory {
    return this.#index(serviceDirectory);
  }

  get subsets(): SubsetDirectory {
    return this.#index(subsetDirectory);
  }

  get workloads(): WorkloadDirectory {
    return this.#index(workloadDirectory);
  }

  /** What objects are held to. */
  get schemas(): SchemaCatalog {
    const { gatewayApiChannel } = this.settings;
    return (this.#schemas ??= catalogOf(gatewayApiChannel, this.snapshot.ofKind(Kinds.customResourceDefinition)));
  }

  /** Services and entries, one a host. */
  allServices(): readonly ServiceModel[] {
    return (this.#services ??= readServices(this.snapshot, this.settings));
  }

  /** Declared, or named by any object. */
  namespaces(): readonly string[] {
    return (this.#namespaces ??= [
      ...new Set([
        ...this.snapshot.ofKind(Kinds.namespace).map(({ name }) => name),
        ...this.snapshot.kinds.flatMap((kind) => this.snapshot.objectsOf(kind).namespaces),
      ]),
    ]
      .filter((name) => name !== '')
      .sort());
  }

  /** Declared, or used by a workload. */
  serviceAccounts(): readonly NamespacedName[] {
    if (this.#accounts) return this.#accounts;
    const found = new Map<string, NamespacedName>();
    const add = ({ namespace, name }: NamespacedName): void =>
      void found.set(`${namespace}/${name}`, { namespace, name });
    for (const account of this.snapshot.ofKind(Kinds.serviceAccount)) add(account);
    for (const { namespace, serviceAccount } of this.workloadsIn()) add({ namespace, name: serviceAccount });
    return (this.#accounts = [...found.values()]);
  }

  /** Header names that routes match on. */
  headerNames(): readonly string[] {
    if (this.#headers) return this.#headers;
    const names = this.snapshot
      .ofKind(Kinds.virtualService)
      .flatMap(rulesOf)
      .flatMap(({ matches }) =>
        matches.flatMap(({ value }) => {
          const headers = fieldOf(value, 'headers');
          return isRecord(headers) ? Object.keys(headers) : [];
        }),
      );
    return (this.#headers = [...new Set(names)].sort());
  }

  /** Workloads of a namespace, or of all. */
  workloadsIn(namespace?: string): readonly WorkloadView[] {
    return namespace === undefined ? this.workloads.all : this.workloads.inNamespace(namespace);
  }

  /** Whether workloads that are not known do not exist: of gateways, and of a namespace with none, there may be others. */
  knowsWorkloads(namespace: string | undefined): boolean {
    return this.workloads.isComplete || (namespace !== undefined && this.workloadsIn(namespace).length > 0);
  }

  selected(selector: Labels, namespace?: string): readonly WorkloadView[] {
    return namespace === undefined ? this.workloads.selected(selector) : this.workloads.selectedIn(namespace, selector);
  }

  /** Values that a label has on workloads. */
  labelValues(key: string, namespace?: string): readonly NameProposal[] {
    const values = this.workloadsIn(namespace).flatMap(({ labels }) => labels[key] ?? []);
    return [...new Set(values)].sort().map((name) => ({ name, type: 'label' }));
  }

  /** Keys of the labels of workloads. */
  labelKeys(namespace?: string): readonly NameProposal[] {
    const keys = this.workloadsIn(namespace).flatMap(({ labels }) => Object.keys(labels));
    return [...new Set(keys)].sort().map((name) => ({ name, type: 'label' }));
  }

  #index<T>(index: Index<T>): T {
    const { snapshot } = this;
    const objects: ObjectReader = {
      ofKind: (kind) => snapshot.ofKind(kind),
      find: (kind, namespace, name) => snapshot.find(kind, namespace, name),
      // Findings say what does not exist; here it is enough that a cluster was asked.
      isComplete: (kind) => snapshot.ofKind(kind).some(({ origin }) => origin.layer === 'cluster'),
    };
    if (!this.#built.has(index)) this.#built.set(index, index.build(objects, this.settings));
    return this.#built.get(index) as T;
  }
}

const known = new WeakMap<Snapshot, Knowledge>();

export function knowledgeOf(snapshot: Snapshot, settings: ResolvedMeshSettings): Knowledge {
  let knowledge = known.get(snapshot);
  if (knowledge?.settings !== settings) known.set(snapshot, (knowledge = new Knowledge(snapshot, settings)));
  return knowledge;
}
