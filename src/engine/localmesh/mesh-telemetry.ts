import type { EventLog } from '../telemetry/event-log.ts';
import type { MetricsStore } from '../telemetry/metrics-store.ts';
import type { OtlpExporter } from '../telemetry/otlp-exporter.ts';
import type { TraceStore } from '../telemetry/trace-store.ts';

/** Where what happens in a mesh is kept; it outlives the mesh. */
export interface MeshTelemetry {
  readonly metrics: MetricsStore;
  readonly traces: TraceStore;
  readonly events: EventLog;
  readonly exporter?: OtlpExporter;
}
