/** The gateway that stands for all sidecars. */
export const meshGateway = 'mesh';

/**
 * `namespace/name` of a gateway named in a VirtualService of `namespace`: `name`, `namespace/name`, `./name`, or the old
 * form `name.namespace…`. `mesh` stays.
 */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name === meshGateway) return name;
  const slash = name.indexOf('/');
  if (slash >= 0) return name.slice(0, slash) === '.' ? `${namespace}${name.slice(slash)}` : name;
  const [first = '', second] = name.split('.');
  return second === undefined ? `${namespace}/${name}` : `${second}/${first}`;
}
