import type { LogLine } from '../../shared/engine-protocol.ts';
import type { DataPlaneReport } from '../dataplane/report.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import type { CatalogEvent } from '../discovery/registry/catalog-entries.ts';
import type { HealthChecks } from '../discovery/registry/health-checks.ts';
import type { InstanceStatus, SupervisedState } from '../discovery/registry/supervised-instance.ts';
import { recordReport } from '../telemetry/record-report.ts';
import type { Ejections } from './instance-conditions.ts';
import { ejectionEvent, healthEvent, processEvent, registrationEvent } from './mesh-events.ts';
import { processCheck } from './mesh-instances.ts';
import type { MeshTelemetry } from '../telemetry/mesh-telemetry.ts';

export interface ObserverOptions {
  readonly catalog: Catalog;
  readonly checks: HealthChecks;
  readonly ejections: Ejections;
  readonly telemetry: MeshTelemetry;
  readonly onLog: (lines: readonly LogLine[]) => void;
}

/** Hears what happens in the mesh: keeps catalog and telemetry up to date, and tells it as events. */
export class MeshObserver {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  processChanged(instance: InstanceStatus, previous: SupervisedState): void {
    const { catalog, checks, ejections, telemetry } = this.#options;
    const isReady = instance.state === 'ready';
    // It was found ready by the same probe as its health check makes: a rolling restart goes on from here, so the failures
    // that check saw while the process was down must not keep it out of rotation until its next interval.
    if (isReady && previous !== 'ready') checks.passed(instance.name, 'It answered when it was started.');
    if (!isReady) ejections.forget(instance.id);
    catalog.setCheck(
      processCheck(instance.name),
      isReady ? 'passing' : 'critical',
      isReady ? '' : instance.reason || instance.state,
    );
    if (instance.state === previous) return;
    const event = processEvent(instance, previous, this.#othersOf(instance.workload.service, instance.name));
    if (event) telemetry.events.add(event);
  }

  catalogChanged(event: Exclude<CatalogEvent, { readonly type: 'checks-changed' }>): void {
    const { catalog, telemetry } = this.#options;
    const { instance } = event;
    if (event.type === 'health-changed') {
      // The supervisor tells of its processes itself, and first.
      const isGone = catalog.check(processCheck(instance.key))?.status === 'critical';
      const isBack = instance.health !== 'critical' && event.previous === 'critical';
      const tells = instance.health === 'critical' ? !isGone : isBack && instance.kind !== 'process';
      if (tells) telemetry.events.add(healthEvent(instance, this.#othersOf(instance.service, instance.key)));
    } else if (instance.origin === 'api') {
      const told = registrationEvent(event.type, instance);
      if (told) telemetry.events.add(told);
    }
  }

  /** True where an endpoint was ejected or came back. */
  report(report: DataPlaneReport): boolean {
    const { telemetry, ejections } = this.#options;
    const lines = recordReport(report, telemetry);
    if (lines.length > 0) this.#options.onLog(lines);
    const changes = report.endpoints.filter((event) => ejections.note(event));
    for (const event of changes) telemetry.events.add(ejectionEvent(event));
    return changes.length > 0;
  }

  #othersOf(service: string | undefined, name: string): readonly string[] {
    if (service === undefined) return [];
    const instances = this.#options.catalog.instancesOf(service);
    return instances.filter(({ key, health }) => key !== name && health !== 'critical').map(({ key }) => key);
  }
}
