type Environment = Readonly<Record<string, string | undefined>>;

/** Marks programs that have the environment already; with the value `0` a debug configuration wants none of it. */
export const activeMarker = 'MESHLENS_ACTIVE';

/** What to add to an environment, and what of it is a person's own and stays. */
export interface EnvironmentAddition {
  readonly variables: Readonly<Record<string, string>>;
  /** Names of proxies that are set already and are not ours to replace. */
  readonly kept: readonly string[];
}

/**
 * Merges the dev proxy's environment into one that is there. A proxy that somebody has set stays, in either spelling of its
 * name; lists of exceptions are joined; options of runtimes are added behind those that are there.
 */
export function environmentAddition(
  wanted: Readonly<Record<string, string>>,
  present: Environment,
): EnvironmentAddition {
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(present)) {
    if (value !== undefined && value !== '') byName.set(name.toLowerCase(), value);
  }
  const variables: Record<string, string> = {};
  const kept: string[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    const lower = name.toLowerCase();
    const own = byName.get(lower);
    if (own === undefined || own === value) variables[name] = value;
    else if (lower === 'no_proxy') variables[name] = joinedList(own, value);
    else if (lower.endsWith('_proxy')) kept.push(name);
    else if (/^(?:node_options|java_tool_options|jdk_java_options)$/.test(lower))
      variables[name] = withOptions(own, value);
    else variables[name] = value;
  }
  // Without its proxy NODE_USE_ENV_PROXY would turn on the person's own one for Node, which nobody asked for.
  if (kept.some((name) => name.toLowerCase() === 'http_proxy')) delete variables['NODE_USE_ENV_PROXY'];
  return { variables: { ...variables, [activeMarker]: '1' }, kept };
}

function joinedList(own: string, added: string): string {
  return [...new Set([...own.split(','), ...added.split(',')].map((item) => item.trim()))]
    .filter((item) => item !== '')
    .join(',');
}

function withOptions(own: string, added: string): string {
  return own.includes(added) ? own : `${own} ${added}`;
}
