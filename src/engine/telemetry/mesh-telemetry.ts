import type { EventLog } from './event-log.ts';
import type { MetricsStore } from './metrics-store.ts';
import type { OtlpExporter } from './otlp-exporter.ts';
import type { TraceStore } from './trace-store.ts';

/** Where what happens in a mesh is kept; it outlives the mesh. */
export interface MeshTelemetry {
  readonly metrics: MetricsStore;
  readonly traces: TraceStore;
  readonly events: EventLog;
  readonly exporter?: OtlpExporter;
}
