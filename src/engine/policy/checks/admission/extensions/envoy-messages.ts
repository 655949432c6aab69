/** Messages of Envoy's API, as far as the fields that they have. */
import table from './envoy-fields.json' with { type: 'json' };

/** What `value` of a patch is, by `applyTo`. */
const patched: Readonly<Record<string, string>> = {
  LISTENER: 'config.listener.v3.Listener',
  FILTER_CHAIN: 'config.listener.v3.FilterChain',
  NETWORK_FILTER: 'config.listener.v3.Filter',
  LISTENER_FILTER: 'config.listener.v3.ListenerFilter',
  HTTP_FILTER: 'extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'config.route.v3.VirtualHost',
  HTTP_ROUTE: 'config.route.v3.Route',
  CLUSTER: 'config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'config.bootstrap.v3.Bootstrap',
};

export interface EnvoyMessage {
  /** `Cluster`. */
  readonly name: string;
  /** In lower case with `_`, as the API writes them. */
  readonly fields: readonly string[];
  /** By name, written either way. Undefined for what is no field. */
  field(name: string): EnvoyField | undefined;
}

interface EnvoyField {
  /** Values may have any form. */
  readonly isOpen: boolean;
  /** Keys are chosen freely, and each holds a value. */
  readonly isMap: boolean;
  /** What it holds, or what every item of its list does, where the table has it. */
  message(): EnvoyMessage | undefined;
}

const rows: Readonly<Record<string, string>> = table;
const known = new Map<string, EnvoyMessage>();

function messageOf(type: string): EnvoyMessage | undefined {
  if (!Object.hasOwn(rows, type)) return undefined;
  let message = known.get(type);
  if (!message) {
    message = readRow(type, rows[type] ?? '');
    known.set(type, message);
  }
  return message;
}

/** In `fields:holds`, `.Other` is of the same package, and `{}` stands before what the values of a map are. */
function readRow(type: string, row: string): EnvoyMessage {
  const dot = type.lastIndexOf('.');
  const fields = new Map<string, EnvoyField>();
  const names: string[] = [];
  for (const entry of row.split(' ').filter((each) => each !== '')) {
    const [name = '', holds = ''] = entry.split(':');
    const isMap = holds.startsWith('{}');
    const held = isMap ? holds.slice(2) : holds;
    const full = held.startsWith('.') ? type.slice(0, dot) + held : held;
    const field = { isMap, isOpen: held === 'open', message: () => messageOf(full) };
    names.push(name);
    fields.set(name, field).set(jsonName(name), field);
  }
  return {
    name: type.slice(dot + 1).replaceAll('_', '.'),
    fields: names,
    field: (name) => fields.get(name),
  };
}

/** `connectTimeout`, the other way to write `connect_timeout`. */
export function jsonName(field: string): string {
  return field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** By `@type`. Undefined for what the table does not have. */
export function messageOfType(url: string): EnvoyMessage | undefined {
  const [, type] = /\/envoy\.([^/]+)$/.exec(url) ?? [];
  return type === undefined ? undefined : messageOf(type);
}

export const messageOfPatch = (applyTo: string): EnvoyMessage | undefined =>
  Object.hasOwn(patched, applyTo) ? messageOf(patched[applyTo] ?? '') : undefined;
