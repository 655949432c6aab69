/**
 * Services, their instances and how these are: the one place both the LocalMesh file and the API register in. State
 * lives here only; who probes (`health-checks.ts`) and who asks (`consul-api.ts`) come from outside.
 */
import os from 'node:os';
import { compareText } from '../../../shared/compare.ts';
import type { LocalServicePort } from '../../../shared/local-mesh.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import type {
  CatalogCheck,
  CatalogEvent,
  CatalogInstance,
  CatalogNode,
  CatalogService,
  CheckRegistration,
  CheckStatus,
  InstanceRegistration,
} from './catalog-entries.ts';
import { worstStatus } from './catalog-entries.ts';
import { ChangeIndex } from './change-index.ts';
import { readServiceRegistration, writeServiceRegistration } from './consul-registration.ts';

export interface CatalogOptions {
  /** Namespace of everything registered here. */
  readonly namespace: string;
  /** Name of this machine as a node; default: its host name. */
  readonly node?: string;
  readonly now?: () => number;
}

/** Everything a client may hold of the registry through an engine restart. */
export interface ExportedRegistrations {
  readonly version: 1;
  readonly index: number;
  /** Bodies as `PUT /v1/agent/service/register` takes them. */
  readonly services: readonly unknown[];
}

/** What the topic of a blocking query is called. */
export const topics = {
  services: 'services',
  nodes: 'nodes',
  checks: 'checks',
  service: (name: string): string => `service:${name}`,
};

const instanceKey = (ownNode: string, node: string, id: string): string => (node === ownNode ? id : `${node}/${id}`);

export class Catalog {
  readonly namespace: string;
  /** Name of this machine as a node. */
  readonly node: string;
  readonly #now: () => number;
  readonly #index = new ChangeIndex();
  readonly #services = new Map<string, CatalogService>();
  readonly #instances = new Map<string, CatalogInstance>();
  readonly #checks = new Map<string, CatalogCheck>();
  readonly #nodes = new Map<string, CatalogNode>();
  readonly #listeners = new Set<(event: CatalogEvent) => void>();

  constructor(options: CatalogOptions) {
    this.namespace = options.namespace;
    this.node = options.node ?? os.hostname();
    this.#now = options.now ?? Date.now;
    this.setNode(this.node, '127.0.0.1', {});
    this.#putCheck(
      {
        id: 'serfHealth',
        name: 'Serf Health Status',
        notes: '',
        definition: { type: 'reported' },
        initialStatus: 'passing',
        thresholds: { successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0 },
      },
      this.node,
      undefined,
      'This machine is up.',
    );
  }

  /** Grows with every change; never 0. */
  get index(): number {
    return this.#index.current;
  }

  indexOf(topic: string): number {
    return this.#index.of(topic);
  }

  /**
   * Resolves with the current index as soon as it is beyond `index`, after `waitMs`, or when aborted. With a topic only
   * changes of that topic count, and the answer is the topic's index.
   */
  waitForChange(index: number, waitMs: number, signal?: AbortSignal, topic = 'all'): Promise<number> {
    return this.#index.wait(topic, index, waitMs, signal);
  }

  /** Calls that wait right now. */
  get waiting(): number {
    return this.#index.waiting;
  }

  onEvent(listener: (event: CatalogEvent) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Replaces the services of the LocalMesh file. They exist whether anything runs or not. */
  declareServices(declared: readonly { readonly name: string; readonly ports: readonly LocalServicePort[] }[]): void {
    const names = new Set(declared.map(({ name }) => name));
    const gone = [...this.#services.values()].filter(({ origin, name }) => origin === 'file' && !names.has(name));
    for (const { name } of gone) this.#services.delete(name);
    for (const { name, ports } of declared) {
      this.#services.set(name, { name, namespace: this.namespace, ports, origin: 'file' });
    }
    this.#changed([...names, ...gone.map(({ name }) => name)].map(topics.service));
    for (const { name } of gone) this.#dropUnusedService(name);
  }

  /** Adds an instance, or replaces the one with its id; checks that stay the same keep their status. */
  register(registration: InstanceRegistration): CatalogInstance {
    const { checks, node = this.node, servicePorts, ...facts } = registration;
    const key = instanceKey(this.node, node, facts.id);
    const previous = this.#instances.get(key);
    if (!this.#nodes.has(node)) this.setNode(node, registration.address, {});
    if (previous && previous.service !== facts.service) this.deregister(key);
    if (!this.#services.has(facts.service)) {
      const ports = servicePorts ?? [];
      this.#services.set(facts.service, { name: facts.service, namespace: this.namespace, ports, origin: 'api' });
    }
    const index = this.#changed([topics.service(facts.service)]);
    const instance: CatalogInstance = {
      ...facts,
      key,
      namespace: this.namespace,
      node,
      health: previous?.health ?? 'passing',
      since: previous?.since ?? this.#now(),
      reason: previous?.reason ?? '',
      createIndex: previous?.createIndex ?? index,
      modifyIndex: index,
      ...(previous?.inbound && previous.service === facts.service ? { inbound: previous.inbound } : {}),
    };
    this.#instances.set(key, instance);
    const kept = new Set(checks.map(({ id }) => id));
    for (const check of this.checksOf(key)) if (!kept.has(check.id)) this.#dropCheck(check.id, node);
    for (const check of checks) this.#putCheck(check, node, key, '');
    const registered = this.#settleHealth(key, previous === undefined ? 'silently' : 'announce') ?? instance;
    if (!previous || previous.service !== facts.service) this.#emit({ type: 'registered', instance: registered });
    else if (previous.address !== facts.address || !samePorts(previous.ports, facts.ports)) {
      this.#emit({ type: 'address-changed', instance: registered });
    }
    return registered;
  }

  /** False where there is no such instance. */
  deregister(key: string): boolean {
    const instance = this.#instances.get(key);
    if (!instance) return false;
    for (const check of this.checksOf(key)) this.#dropCheck(check.id, check.node);
    this.#instances.delete(key);
    this.#changed([topics.service(instance.service)]);
    this.#dropUnusedService(instance.service);
    this.#emit({ type: 'deregistered', instance });
    return true;
  }

  /** Says where the sidecar of an instance takes calls; undefined: it has no sidecar any more. */
  setInbound(key: string, inbound: Readonly<Record<string, number>> | undefined): void {
    const instance = this.#instances.get(key);
    if (!instance) return;
    const { inbound: previous, ...rest } = instance;
    if (previous === inbound || (previous && inbound && samePorts(previous, inbound))) return;
    const modifyIndex = this.#changed([topics.service(instance.service)]);
    const next = { ...rest, modifyIndex, ...(inbound ? { inbound } : {}) };
    this.#instances.set(key, next);
    this.#emit({ type: 'address-changed', instance: next });
  }

  /** Adds a check to an instance, or to the node where `instance` is absent. False where there is no such instance. */
  addCheck(check: CheckRegistration, instance?: string, node = this.node): boolean {
    if (instance !== undefined && !this.#instances.has(instance)) return false;
    this.#putCheck(check, node, instance, '');
    if (instance !== undefined) this.#settleHealth(instance, 'announce');
    return true;
  }

  removeCheck(id: string, node = this.node): boolean {
    const check = this.check(id, node);
    if (!check) return false;
    this.#dropCheck(id, node);
    if (check.instance !== undefined) this.#settleHealth(check.instance, 'announce');
    return true;
  }

  /** Sets what a check found. False where there is no such check. */
  setCheck(id: string, status: CheckStatus, output: string, node = this.node): boolean {
    const check = this.check(id, node);
    if (!check) return false;
    // Output that differs at every probe (a time, a counter) must not wake watchers; Consul holds it back as well.
    const change =
      check.status === status ? {} : { since: this.#now(), modifyIndex: this.#changed(this.#topicsOfCheck(check)) };
    this.#checks.set(instanceKey(this.node, node, id), { ...check, status, output, ...change });
    if (check.instance !== undefined) this.#settleHealth(check.instance, 'announce');
    return true;
  }

  setNode(name: string, address: string, meta: Readonly<Record<string, string>>): void {
    const previous = this.#nodes.get(name);
    const modifyIndex = this.#changed([topics.nodes]);
    const createIndex = previous?.createIndex ?? modifyIndex;
    this.#nodes.set(name, { name, address, meta, createIndex, modifyIndex });
  }

  /** Removes a node with all its instances and checks. This machine stays. */
  removeNode(name: string): boolean {
    if (name === this.node || !this.#nodes.has(name)) return false;
    for (const instance of this.instances()) if (instance.node === name) this.deregister(instance.key);
    for (const check of this.checks()) if (check.node === name) this.#dropCheck(check.id, name);
    this.#nodes.delete(name);
    this.#changed([topics.nodes]);
    return true;
  }

  nodes(): readonly CatalogNode[] {
    return [...this.#nodes.values()];
  }

  /** Sorted by name. */
  services(): readonly CatalogService[] {
    return [...this.#services.values()].sort((a, b) => compareText(a.name, b.name));
  }

  service(name: string): CatalogService | undefined {
    return this.#services.get(name);
  }

  /** Sorted by key. */
  instances(): readonly CatalogInstance[] {
    return [...this.#instances.values()].sort((a, b) => compareText(a.key, b.key));
  }

  instancesOf(service: string): readonly CatalogInstance[] {
    const found = [...this.#instances.values()].filter((instance) => instance.service === service);
    return found.sort((a, b) => compareText(a.key, b.key));
  }

  instance(key: string): CatalogInstance | undefined {
    return this.#instances.get(key);
  }

  /** Sorted by id. */
  checks(): readonly CatalogCheck[] {
    return [...this.#checks.values()].sort((a, b) => compareText(a.id, b.id));
  }

  checksOf(instance: string): readonly CatalogCheck[] {
    const found = [...this.#checks.values()].filter((check) => check.instance === instance);
    return found.sort((a, b) => compareText(a.id, b.id));
  }

  check(id: string, node = this.node): CatalogCheck | undefined {
    return this.#checks.get(instanceKey(this.node, node, id));
  }

  /** What must outlive the engine: registrations through the API on this machine, with the status of their checks. */
  exportRegistrations(): ExportedRegistrations {
    return {
      version: 1,
      index: this.index,
      services: this.instances()
        .filter(({ origin, node }) => origin === 'api' && node === this.node)
        .map((instance) => writeServiceRegistration(instance, this.checksOf(instance.key))),
    };
  }

  /** Takes back what `exportRegistrations` gave. What cannot be read is left out, and told in words. */
  importRegistrations(exported: unknown): readonly string[] {
    if (!isRecord(exported) || exported.version !== 1 || !Array.isArray(exported.services)) {
      return ['The stored registrations have an unknown form and are left out.'];
    }
    const problems: string[] = [];
    for (const body of exported.services as readonly unknown[]) {
      const { registration, problem } = readServiceRegistration(body);
      if (registration) this.register(registration);
      else problems.push(`A stored registration is left out: ${problem ?? 'it cannot be read'}`);
    }
    const index = exported.index;
    if (typeof index === 'number' && Number.isSafeInteger(index) && index < 2 ** 50) this.#index.skipTo(index + 1);
    return problems;
  }

  /** Wakes everybody who waits. */
  dispose(): void {
    this.#index.close();
    this.#listeners.clear();
  }

  #putCheck(check: CheckRegistration, node: string, instance: string | undefined, output: string): void {
    const previous = this.check(check.id, node);
    const same = previous && JSON.stringify(previous.definition) === JSON.stringify(check.definition);
    const owner = instance === undefined ? {} : { instance };
    const modifyIndex = this.#changed(this.#topicsOfCheck(owner));
    this.#checks.set(instanceKey(this.node, node, check.id), {
      ...check,
      ...owner,
      node,
      status: same ? previous.status : check.initialStatus,
      output: same ? previous.output : output,
      since: same ? previous.since : this.#now(),
      createIndex: previous?.createIndex ?? modifyIndex,
      modifyIndex,
    });
    this.#emit({ type: 'checks-changed', check: check.id });
  }

  #dropCheck(id: string, node: string): void {
    const check = this.check(id, node);
    if (!check) return;
    this.#checks.delete(instanceKey(this.node, node, id));
    this.#changed(this.#topicsOfCheck(check));
    this.#emit({ type: 'checks-changed', check: id });
  }

  #topicsOfCheck(check: { readonly instance?: string }): readonly string[] {
    const owner = check.instance === undefined ? undefined : this.#instances.get(check.instance);
    if (owner) return [topics.checks, topics.service(owner.service)];
    // The state of the node is part of every answer about a service on it.
    return [topics.checks, ...[...this.#services.keys()].map(topics.service)];
  }

  /** Works out the health of an instance from its checks. */
  #settleHealth(key: string, mode: 'announce' | 'silently'): CatalogInstance | undefined {
    const instance = this.#instances.get(key);
    if (!instance) return undefined;
    const checks = this.checksOf(key);
    const health = worstStatus(checks.map(({ status }) => status));
    const cause = checks.find(({ status }) => status === health);
    const reason = health === 'passing' ? '' : (cause?.output ?? '') || `${cause?.name ?? 'A check'} is ${health}`;
    if (health === instance.health && reason === instance.reason) return instance;
    const change =
      health === instance.health
        ? {}
        : { since: this.#now(), modifyIndex: this.#changed([topics.service(instance.service)]) };
    const next = { ...instance, health, reason, ...change };
    this.#instances.set(key, next);
    if (mode === 'announce' && health !== instance.health) {
      this.#emit({ type: 'health-changed', instance: next, previous: instance.health });
    }
    return next;
  }

  #dropUnusedService(name: string): void {
    const service = this.#services.get(name);
    if (service?.origin === 'file' || this.instancesOf(name).length > 0) return;
    this.#services.delete(name);
    this.#index.forget(topics.service(name));
  }

  #changed(concerned: readonly string[]): number {
    const services = concerned.some((topic) => topic.startsWith('service:')) ? [topics.services] : [];
    return this.#index.advance(['all', ...services, ...concerned]);
  }

  #emit(event: CatalogEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function samePorts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
