/** Messages of Envoy's API, as far as the fields that they have. */
import { envoyFields } from './envoy-fields.ts';

/** What the fields of a message hold that is a message of the table itself, or a list of such. */
const inner: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'config.listener.v3.Listener': {
    filter_chains: 'config.listener.v3.FilterChain',
    default_filter_chain: 'config.listener.v3.FilterChain',
    listener_filters: 'config.listener.v3.ListenerFilter',
  },
  'config.listener.v3.FilterChain': { filters: 'config.listener.v3.Filter' },
  'config.route.v3.RouteConfiguration': { virtual_hosts: 'config.route.v3.VirtualHost' },
  'config.route.v3.VirtualHost': { routes: 'config.route.v3.Route' },
  'config.route.v3.Route': {
    match: 'config.route.v3.RouteMatch',
    route: 'config.route.v3.RouteAction',
    redirect: 'config.route.v3.RedirectAction',
  },
  'config.bootstrap.v3.Bootstrap': { node: 'config.core.v3.Node' },
  'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': {
    http_filters: 'extensions.filters.network.http_connection_manager.v3.HttpFilter',
    route_config: 'config.route.v3.RouteConfiguration',
  },
};

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
  /** As the API writes them, in lower case with `_`. */
  readonly fields: ReadonlySet<string>;
  /** The message that a field holds, where it is known. */
  inside(field: string): EnvoyMessage | undefined;
}

const known = new Map<string, EnvoyMessage>();

function messageOf(type: string | undefined): EnvoyMessage | undefined {
  if (type === undefined || !Object.hasOwn(envoyFields, type)) return undefined;
  let message = known.get(type);
  if (!message) {
    const own = Object.hasOwn(inner, type) ? inner[type] : undefined;
    message = {
      name: type.slice(type.lastIndexOf('.') + 1),
      fields: new Set((envoyFields[type] ?? '').split(' ')),
      inside: (field) => messageOf(own && Object.hasOwn(own, field) ? own[field] : undefined),
    };
    known.set(type, message);
  }
  return message;
}

/** By `@type`. Undefined for what the table does not have. */
export function messageOfType(url: string): EnvoyMessage | undefined {
  const [, type] = /\/envoy\.([^/]+)$/.exec(url) ?? [];
  return messageOf(type);
}

export const messageOfPatch = (applyTo: string): EnvoyMessage | undefined =>
  messageOf(Object.hasOwn(patched, applyTo) ? patched[applyTo] : undefined);
