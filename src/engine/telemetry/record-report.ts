import type { LogLine } from '../../shared/engine-protocol.ts';
import type { DataPlaneReport } from '../dataplane/report.ts';
import { formatAccessLog } from './access-log.ts';
import type { MeshTelemetry } from './mesh-telemetry.ts';

/** Takes in what a data plane tells, and returns its access log as lines. */
export function recordReport(report: DataPlaneReport, telemetry: MeshTelemetry): readonly LogLine[] {
  telemetry.metrics.ingest(report);
  telemetry.traces.add(report.spans);
  telemetry.exporter?.add(report.spans);
  for (const message of report.problems ?? [])
    telemetry.events.add({ kind: 'data-plane-failed', severity: 'error', message });
  return report.access.map((entry) => ({
    instance: entry.instance,
    workload: entry.instance.split('/')[1] ?? entry.instance,
    stream: 'access',
    time: entry.time,
    text: formatAccessLog(entry),
  }));
}
