import { OtlpExporter } from './otlp-exporter.ts';

/** Sends spans to the address of the settings. A wrong one, and a collector that is away, are told; spans are kept here then. */
export function configuredExporter(endpoint: string, tell: (message: string) => void): OtlpExporter | undefined {
  if (endpoint === '') return undefined;
  try {
    return new OtlpExporter({ endpoint, onState: ({ ok, message }) => (ok ? undefined : tell(message)) });
  } catch {
    tell(
      `Traces are not exported: "${endpoint}" is no http or https address. Correct the setting meshlens.traces.otlpExport.`,
    );
    return undefined;
  }
}
