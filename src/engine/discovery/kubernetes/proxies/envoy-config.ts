import { compareText } from '../../../../shared/compare.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import { podGet, type OpenPodTunnel } from './pod-http.ts';

const adminPort = 15000;
const timeoutMs = 30_000;
/** Envoys of large meshes without a Sidecar object know every service: some hundred MB, which no editor shows. */
const maxBytes = 96 * 1_048_576;

const redacted = '(not shown)';
/** Envoy hides private keys itself; these hold secrets as well, or hold keys in other shapes. */
const secretFields: ReadonlySet<string> = new Set([
  'private_key',
  'password',
  'session_ticket_keys',
  'generic_secret',
  'client_secret',
  'hmac_secret',
  'token_secret',
]);

/** The configuration of the Envoy in a pod as JSON text, the same text for the same configuration. Rejects with `KubeFailure`. */
export async function envoyConfig(
  open: OpenPodTunnel,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  signal?: AbortSignal,
): Promise<string> {
  const text = await podGet(
    open,
    { namespace, pod, port: adminPort },
    { path: '/config_dump', timeoutMs, maxBytes, signal },
  );
  try {
    return `${JSON.stringify(stable(plain(JSON.parse(text))), null, 2)}\n`;
  } catch {
    throw new KubeFailure('protocol', `The proxy of ${namespace}/${pod} answers with something else than JSON.`);
  }
}

/**
 * Replaces the values of fields that hold secrets, at any depth, and puts fields in one order: those of Envoy's free-form
 * parts come in the order of a hash table.
 */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort((a, b) => rankOf(a) - rankOf(b) || compareText(a, b))
      .map((key) => [key, secretFields.has(key) ? redacted : plain(value[key])]),
  );
}

/** What tells most about an entry stands first. */
const rankOf = (key: string): number => (key === '@type' ? 0 : key === 'name' ? 1 : 2);

/** Envoy lists what it got dynamically in the order of a hash table: by name it can be compared with an earlier text. */
function stable(dump: unknown): unknown {
  if (!isRecord(dump)) return dump;
  const configs = listOf(dump['configs']).map((config) =>
    isRecord(config)
      ? Object.fromEntries(
          Object.entries(config).map(([key, item]) => [key, Array.isArray(item) ? byName(item) : item]),
        )
      : config,
  );
  return { ...dump, configs };
}

function byName(items: readonly unknown[]): readonly unknown[] {
  return items
    .map((item) => ({ item, name: nameOf(item) }))
    .sort((a, b) => compareText(a.name, b.name))
    .map(({ item }) => item);
}

function nameOf(item: unknown): string {
  for (const inner of [
    item,
    ...['cluster', 'route_config', 'secret', 'endpoint_config'].map((key) => fieldOf(item, key)),
  ]) {
    const name = stringOf(fieldOf(inner, 'name')) ?? stringOf(fieldOf(inner, 'cluster_name'));
    if (name !== undefined) return name;
  }
  return '';
}
