import type { ConfigStatus } from '../../shared/local-mesh.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import { catalogEndpoints, catalogObjects } from '../discovery/registry/catalog-objects.ts';
import { createSnapshot } from '../model/snapshot.ts';
import { principalOf } from '../model/principal.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import type { EventLog } from '../telemetry/event-log.ts';
import { rejectionEvent } from '../policy/keeping/rejection-event.ts';
import { proxyFailedEvent } from './mesh-events.ts';
import type { MeshInstance } from './mesh-instance.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import { MeshPolicies } from '../policy/keeping/mesh-policies.ts';
import type { MeshProxies, ProxyWorld } from './mesh-proxies.ts';
import type { TcpService } from './proxy-config.ts';
import { policyFilesOf } from '../policy/keeping/policy-files.ts';

export interface ReconcilerOptions {
  readonly namespace: string;
  readonly settings: ResolvedMeshSettings;
  readonly catalog: Catalog;
  readonly proxies: MeshProxies;
  readonly events: EventLog;
  readonly savedFiles: () => readonly DocumentFile[];
  readonly locate: (ref: SourceRef) => SourceRef;
  readonly instances: () => readonly MeshInstance[];
  /** Proxies are up to date, or the configuration changed. */
  readonly onChange: () => void;
}

/** How long changes are gathered that came while the ones before were applied. */
const gatherMs = 20;

/** Keeps all proxies in line with the saved policies and with what is registered. */
export class MeshReconciler {
  readonly #options: ReconcilerOptions;
  readonly #policies: MeshPolicies;
  #running: RunningPolicies;
  #config: ConfigStatus | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#policies = new MeshPolicies(options.locate);
    this.#running = this.#policies.update([], createSnapshot, options.settings);
  }

  get running(): RunningPolicies {
    return this.#running;
  }

  get config(): ConfigStatus | undefined {
    return this.#config;
  }

  get tcpServices(): readonly TcpService[] {
    const { catalog, settings } = this.#options;
    return catalog.services().flatMap(({ name, namespace, ports }) =>
      ports
        .filter(({ protocol }) => protocol === 'tcp')
        .map(({ port }) => ({
          service: name,
          namespace,
          port,
          host: `${name}.${namespace}.svc.${settings.clusterDomain}`,
        })),
    );
  }

  get world(): ProxyWorld {
    const { catalog, settings } = this.#options;
    return { policies: this.#running, endpoints: catalogEndpoints(catalog), settings, tcpServices: this.tcpServices };
  }

  /** Takes over what is good of the saved policies, without telling the proxies yet. */
  takePolicies(): void {
    const { settings, events, namespace, catalog } = this.#options;
    const files = policyFilesOf(
      this.#options.savedFiles(),
      (object) => object.namespace === namespace || object.namespace === settings.rootNamespace,
    );
    const registered = catalogObjects(catalog);
    const previous = this.#running;
    this.#running = this.#policies.update(files, (objects) => createSnapshot([...objects, ...registered]), settings);
    const [rejection] = this.#running.rejections;
    const at = new Date().toISOString();
    const known = previous.rejections[0];
    const isNews =
      rejection !== undefined && (known?.message !== rejection.message || known.source.uri !== rejection.source.uri);
    if (isNews) events.add(rejectionEvent(rejection));
    const isNew = this.#running.generation !== previous.generation;
    if (isNew && this.#config)
      events.add({ kind: 'config-applied', severity: 'info', message: 'The new configuration runs.' });
    this.#config = {
      generation: this.#running.generation,
      appliedAt: isNew ? at : (this.#config?.appliedAt ?? at),
      ...(rejection
        ? {
            rejected: {
              at: isNews ? at : (this.#config?.rejected?.at ?? at),
              message: rejection.message,
              source: rejection.source,
            },
          }
        : {}),
    };
  }

  /** Resolves when the proxies have the state of now; calls that come while it works make it work once more. */
  reconcile(): Promise<void> {
    this.#again = true;
    this.#working ??= this.#work();
    return this.#working;
  }

  /** Gives the proxies of a principal their new certificate. */
  async renew(principal: string): Promise<void> {
    const { settings, proxies } = this.#options;
    const concerned = this.#options
      .instances()
      .filter(
        (instance) => proxies.bound.has(instance.id) && principalOf(settings.trustDomain, instance) === principal,
      );
    await Promise.all(
      concerned.map((instance) =>
        proxies.apply(instance, this.world).catch((error: unknown) => this.#failed(instance, error)),
      ),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working?.catch(() => undefined);
  }

  async #work(): Promise<void> {
    const { proxies, catalog } = this.#options;
    try {
      // Whatever happens in the same moment (a process dies, its check turns critical) is one change.
      for (let round = 0; this.#again && !this.#closed; round += 1) {
        // A starting mesh changes all the time: its processes need the time that a round for each change would take.
        await new Promise((resolve) => (round === 0 ? setImmediate(resolve) : setTimeout(resolve, gatherMs)));
        this.#again = false;
        this.takePolicies();
        // A process gets its first proxy when it is started, not before its ports are known.
        const instances = this.#options
          .instances()
          .filter(({ id, kind }) => proxies.bound.has(id) || kind === 'registered' || kind === 'laptop');
        const failures = await proxies.applyAll(instances, this.world);
        for (const { id, kind, name } of instances)
          if (kind === 'registered') catalog.setInbound(name, proxies.bound.get(id)?.inbound);
        for (const { instance, error } of failures) this.#failed(instance, error);
        this.#options.onChange();
      }
    } finally {
      // In the same moment in which nothing more was found to do: a call that came between the two would be lost.
      this.#working = undefined;
    }
  }

  #failed(instance: MeshInstance, error: unknown): void {
    if (!this.#closed) this.#options.events.add(proxyFailedEvent(instance, error));
  }
}
