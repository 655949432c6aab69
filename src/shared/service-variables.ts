/** `my-service` as part of the name of a variable: `MY_SERVICE`. */
export function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** Where a service is reached on this machine, in the variables Kubernetes gives a container for each service. */
export function serviceVariables(service: string, port: number, localPort: number): Readonly<Record<string, string>> {
  const name = variableName(service);
  return {
    [`${name}_SERVICE_HOST`]: '127.0.0.1',
    [`${name}_SERVICE_PORT`]: String(localPort),
    [`${name}_SERVICE_PORT_${port}`]: String(localPort),
  };
}
