/** A message of Envoy's API and its fields, from the folder of the Go module. */
export function envoyFields(folder: string): Promise<Readonly<Record<string, string>>>;
