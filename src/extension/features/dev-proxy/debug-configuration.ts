import { activeMarker, environmentAddition } from './proxy-environment.ts';

/** A debug configuration as far as it concerns us; every adapter has its own further fields. */
export interface AnyDebugConfiguration {
  readonly type: string;
  readonly name: string;
  readonly request: string;
  readonly [field: string]: unknown;
}

/** Adapters that start no program which calls services: browsers, and the editor's own. */
const withoutProgram = /^(?:pwa-)?(?:chrome|msedge|editor-browser|extensionHost)$|^firefox$|^vscode-edge-devtools/;
/** Adapters that take the environment as `environment: [{ name, value }]`. */
const withList = /^(?:cppdbg|cppvsdbg)$/;

/**
 * The configuration with the dev proxy's environment, or as it is: where it attaches to what runs already, where it is a
 * child of a session that has it (Node resolves twice), and where its own environment says `MESHLENS_ACTIVE` already. What
 * the configuration sets itself wins.
 */
export function withProxyEnvironment<C extends AnyDebugConfiguration>(
  configuration: C,
  wanted: Readonly<Record<string, string>>,
  inherited: Readonly<Record<string, string | undefined>>,
): C {
  if (configuration.request === 'attach' || withoutProgram.test(configuration.type)) return configuration;
  if ('__parentId' in configuration || Object.keys(wanted).length === 0) return configuration;
  const own = ownEnvironment(configuration);
  if (own[activeMarker] !== undefined) return configuration;
  const { variables } = environmentAddition(wanted, { ...inherited, ...own });
  const added = Object.entries(variables).filter(([name]) => own[name] === undefined || isMerged(name));
  if (withList.test(configuration.type)) {
    const given = listOf(configuration['environment']);
    const names = new Set(added.map(([name]) => name));
    const others = given.filter((item) => !names.has(nameOf(item)));
    return { ...configuration, environment: [...others, ...added.map(([name, value]) => ({ name, value }))] };
  }
  const given = configuration['env'];
  if (Array.isArray(given)) {
    const names = new Set(added.map(([name]) => name));
    const others = listOf(given).filter((item) => typeof item !== 'string' || !names.has(item.split('=', 1)[0] ?? ''));
    return { ...configuration, env: [...others, ...added.map(([name, value]) => `${name}=${value}`)] };
  }
  return { ...configuration, env: { ...(isRecord(given) ? given : {}), ...Object.fromEntries(added) } };
}

/** Lists and options are joined with what the configuration says itself, not left out. */
function isMerged(name: string): boolean {
  return /^(?:no_proxy|node_options|java_tool_options|jdk_java_options)$/i.test(name);
}

/** What the configuration sets, in whichever way its adapter takes it. */
function ownEnvironment(configuration: AnyDebugConfiguration): Record<string, string> {
  const { env, environment } = configuration;
  const found: Record<string, string> = {};
  if (isRecord(env)) {
    for (const [name, value] of Object.entries(env)) if (typeof value === 'string') found[name] = value;
  }
  for (const item of [...listOf(env), ...listOf(environment)]) {
    if (typeof item === 'string' && item.includes('=')) found[nameOf(item)] = item.slice(item.indexOf('=') + 1);
    else if (isRecord(item) && typeof item['name'] === 'string' && typeof item['value'] === 'string') {
      found[item['name']] = item['value'];
    }
  }
  return found;
}

function nameOf(item: unknown): string {
  if (typeof item === 'string') return item.split('=', 1)[0] ?? '';
  return isRecord(item) && typeof item['name'] === 'string' ? item['name'] : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
