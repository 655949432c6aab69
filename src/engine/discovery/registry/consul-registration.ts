/**
 * Registrations in the form of Consul's HTTP API (`/v1/agent/service/register`, `/v1/agent/check/register`), read and
 * written. Mesh facts that Consul has no fields for travel in `Meta`: `version`, `workload`, `service-account`,
 * `protocol` (http or tcp), `service-port` and `label.NAME`.
 */
import { isIP } from 'node:net';
import { formatGoDuration, parseGoDuration } from '../../../shared/go-duration.ts';
import type { LocalServicePort } from '../../../shared/local-mesh.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import type {
  CatalogCheck,
  CatalogInstance,
  CheckDefinition,
  CheckRegistration,
  CheckStatus,
  InstanceRegistration,
} from './catalog-entries.ts';
import { checkStatuses } from './catalog-entries.ts';

type Fields = ReadonlyMap<string, unknown>;
type Read<T> = { readonly [K in keyof T]?: T[K] } & { readonly problem?: string };

const maxNameLength = 128;
const unsupportedChecks = ['GRPC', 'H2PING', 'UDP', 'Args', 'Script', 'DockerContainerID', 'AliasService', 'AliasNode'];

/** Field names are taken in any case and with underscores, as Consul's decoder does. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (!isRecord(value)) return undefined;
  return new Map(Object.entries(value).map(([key, field]) => [key.toLowerCase().replaceAll('_', ''), field]));
}

export function text(fields: Fields, name: string): string {
  const value = fields.get(name.toLowerCase());
  return typeof value === 'string' ? value : '';
}

/** Reads the body of a service registration. One of `registration` and `problem` is there. */
export function readServiceRegistration(body: unknown, node?: string): Read<{ registration: InstanceRegistration }> {
  const fields = fieldsOf(body);
  if (!fields) return { problem: 'Request decode failed: a JSON object is needed.' };
  const service = text(fields, 'Name') || text(fields, 'Service');
  if (service === '') return { problem: 'Missing service name' };
  const id = text(fields, 'ID') || service;
  if (service.length > maxNameLength || id.length > maxNameLength) {
    return { problem: `Names and IDs have at most ${maxNameLength} characters.` };
  }
  if (hasControlCharacters(service) || hasControlCharacters(id)) {
    return { problem: 'Names and IDs cannot hold control characters.' };
  }
  if (fields.get('connect') !== undefined && fields.get('connect') !== null) {
    return { problem: 'Connect is not supported here: every service of the mesh gets its sidecar anyway.' };
  }
  const port = fields.get('port') ?? 0;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    return { problem: 'Port must be a whole number from 0 to 65535.' };
  }
  const address = text(fields, 'Address');
  const problem = addressProblem(address);
  if (problem !== undefined) return { problem };
  const meta = textMap(fields.get('meta'));
  const tags = textList(fields.get('tags'));
  if (!meta) return { problem: 'Meta must be an object of strings.' };
  if (!tags) return { problem: 'Tags must be a list of strings.' };

  const checkBodies = listOf(fields.get('checks'), fields.get('check'));
  const checks: CheckRegistration[] = [];
  for (const [index, checkBody] of checkBodies.entries()) {
    const suffix = checkBodies.length > 1 ? `:${index + 1}` : '';
    const read = readCheckRegistration(checkBody, { id: `service:${id}${suffix}`, name: `Service '${service}' check` });
    if (!read.check) return { problem: read.problem ?? 'Invalid check' };
    checks.push(read.check);
  }
  const weights = fieldsOf(fields.get('weights'));
  return {
    registration: {
      id,
      service,
      origin: 'api',
      kind: 'registered',
      ...meshFacts(service, id, meta, port),
      address: address || '127.0.0.1',
      tags,
      meta,
      weights: { passing: weightOf(weights, 'passing'), warning: weightOf(weights, 'warning') },
      enableTagOverride: fields.get('enabletagoverride') === true,
      checks,
      ...(node === undefined ? {} : { node }),
    },
  };
}

type MeshFacts = 'workload' | 'version' | 'labels' | 'serviceAccount' | 'ports' | 'servicePorts';

function meshFacts(
  service: string,
  id: string,
  meta: Readonly<Record<string, string>>,
  port: number,
): Pick<InstanceRegistration, MeshFacts> {
  const version = meta.version ?? 'v1';
  const protocol = meta.protocol === 'tcp' ? 'tcp' : 'http';
  const asked = Number(meta['service-port']);
  const askedPort = Number.isInteger(asked) && asked > 0 && asked <= 65_535 ? asked : undefined;
  // A service of HTTP is called by its bare name; a TCP one by the port its first instance registered.
  const servicePort: LocalServicePort = {
    name: protocol,
    port: askedPort ?? (protocol === 'http' ? 80 : port),
    protocol,
  };
  const labels = Object.entries(meta).filter(([key]) => key.startsWith('label.'));
  return {
    workload: meta.workload ?? (id === service ? `${service}-${version}` : id),
    version,
    labels: {
      ...Object.fromEntries(labels.map(([key, value]) => [key.slice('label.'.length), value])),
      app: service,
      version,
    },
    serviceAccount: meta['service-account'] ?? service,
    ports: port === 0 ? {} : { [protocol]: port },
    servicePorts: servicePort.port === 0 ? [] : [servicePort],
  };
}

/** Reads one check definition. `fallback` names it where the body does not. */
export function readCheckRegistration(
  body: unknown,
  fallback: { readonly id: string; readonly name: string },
): Read<{ check: CheckRegistration }> {
  const fields = fieldsOf(body);
  if (!fields) return { problem: 'Request decode failed: a check must be a JSON object.' };
  const status = text(fields, 'Status') || 'critical';
  const initialStatus = checkStatuses.find((known) => known === status);
  if (!initialStatus) return { problem: 'Bad check status' };
  const { definition, problem } = readDefinition(fields);
  if (!definition) return { problem: problem ?? 'Invalid check' };
  const deregister = durationOf(fields, 'DeregisterCriticalServiceAfter');
  if (deregister === 'invalid') return { problem: 'Invalid duration in DeregisterCriticalServiceAfter' };
  const id = text(fields, 'CheckID') || text(fields, 'ID') || fallback.id || text(fields, 'Name');
  const name = text(fields, 'Name') || fallback.name;
  if (id === '') return { problem: 'Missing check name' };
  if (id.length > maxNameLength + 16 || hasControlCharacters(id)) return { problem: 'Bad check ID' };
  return {
    check: {
      id,
      name,
      notes: text(fields, 'Notes').slice(0, 1024),
      definition,
      initialStatus,
      thresholds: {
        successBeforePassing: countOf(fields, 'SuccessBeforePassing'),
        failuresBeforeWarning: countOf(fields, 'FailuresBeforeWarning') || countOf(fields, 'FailuresBeforeCritical'),
        failuresBeforeCritical: countOf(fields, 'FailuresBeforeCritical'),
      },
      ...(deregister === undefined || deregister === 0 ? {} : { deregisterAfterMs: deregister }),
    },
  };
}

function readDefinition(fields: Fields): Read<{ definition: CheckDefinition }> {
  const unsupported = unsupportedChecks.find((name) => Boolean(fields.get(name.toLowerCase())));
  if (unsupported !== undefined) {
    return { problem: `${unsupported} checks are not supported here; HTTP, TCP and TTL checks are.` };
  }
  const interval = durationOf(fields, 'Interval');
  const timeout = durationOf(fields, 'Timeout');
  const ttl = durationOf(fields, 'TTL');
  if (interval === 'invalid' || timeout === 'invalid' || ttl === 'invalid') return { problem: 'Invalid duration' };
  const http = text(fields, 'HTTP');
  const tcp = text(fields, 'TCP');
  if (ttl !== undefined && ttl > 0) {
    if (http !== '' || tcp !== '') return { problem: 'A check is either TTL or probed, not both' };
    return { definition: { type: 'ttl', ttlMs: Math.max(ttl, 100) } };
  }
  if (http === '' && tcp === '') return { problem: 'TTL must be > 0 for TTL checks' };
  if (interval === undefined || interval <= 0) return { problem: 'Interval must be > 0 for HTTP and TCP checks' };
  const timing = { intervalMs: Math.max(interval, 100), timeoutMs: Math.min(timeout ?? 10_000, 60_000) || 10_000 };
  if (http !== '') {
    const method = (text(fields, 'Method') || 'GET').toUpperCase();
    if (!URL.canParse(http) || new URL(http).protocol !== 'http:') {
      return { problem: 'HTTP must be a URL that starts with http://' };
    }
    if (!/^[A-Z]{1,20}$/.test(method)) return { problem: 'Bad Method' };
    const headers = headersOf(fields.get('header'));
    if (!headers) return { problem: 'Header must be an object of lists of strings' };
    const followRedirects = fields.get('disableredirects') !== true;
    const body = text(fields, 'Body').slice(0, 65_536);
    return { definition: { type: 'http', url: http, method, headers, body, followRedirects, ...timing } };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(tcp);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) return { problem: 'TCP must be HOST:PORT' };
  return { definition: { type: 'tcp', host, port, ...timing } };
}

/** The body that registers this instance again, with its checks as they are now. */
export function writeServiceRegistration(
  instance: CatalogInstance,
  checks: readonly CatalogCheck[],
): Readonly<Record<string, unknown>> {
  return {
    ID: instance.id,
    Name: instance.service,
    Tags: instance.tags,
    Meta: instance.meta,
    Address: instance.address,
    Port: Object.values(instance.ports)[0] ?? 0,
    Weights: { Passing: instance.weights.passing, Warning: instance.weights.warning },
    EnableTagOverride: instance.enableTagOverride,
    Checks: checks.filter(({ definition }) => definition.type !== 'reported').map(writeCheck),
  };
}

function writeCheck(check: CatalogCheck): Readonly<Record<string, unknown>> {
  const { definition, thresholds } = check;
  return {
    CheckID: check.id,
    Name: check.name,
    Notes: check.notes,
    Status: check.status satisfies CheckStatus,
    ...writeDefinition(definition),
    SuccessBeforePassing: thresholds.successBeforePassing,
    FailuresBeforeWarning: thresholds.failuresBeforeWarning,
    FailuresBeforeCritical: thresholds.failuresBeforeCritical,
    ...(check.deregisterAfterMs === undefined
      ? {}
      : { DeregisterCriticalServiceAfter: formatGoDuration(check.deregisterAfterMs) }),
  };
}

function writeDefinition(definition: CheckDefinition): Readonly<Record<string, unknown>> {
  if (definition.type === 'ttl') return { TTL: formatGoDuration(definition.ttlMs) };
  if (definition.type === 'reported') return {};
  const timing = {
    Interval: formatGoDuration(definition.intervalMs),
    Timeout: formatGoDuration(definition.timeoutMs),
  };
  if (definition.type === 'tcp') {
    const host = isIP(definition.host) === 6 ? `[${definition.host}]` : definition.host;
    return { TCP: `${host}:${definition.port}`, ...timing };
  }
  return {
    HTTP: definition.url,
    Method: definition.method,
    Header: definition.headers,
    Body: definition.body,
    DisableRedirects: !definition.followRedirects,
    ...timing,
  };
}

/** Cloud machines keep credentials behind link-local addresses; nothing of a local mesh lives there. */
function addressProblem(address: string): string | undefined {
  if (address.length > 253 || /[\s/@]/.test(address)) return 'Address must be an IP address or a host name.';
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address.replace(/^\[/, ''))) {
    return 'Link-local addresses cannot be registered.';
  }
  return undefined;
}

/** A Go duration, or a number of nanoseconds as Go's JSON writes it. */
function durationOf(fields: Fields, name: string): number | 'invalid' | undefined {
  const value = fields.get(name.toLowerCase());
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'number' ? value / 1e6 : typeof value === 'string' ? parseGoDuration(value) : undefined;
  return ms === undefined || !(ms >= 0 && ms <= 2 ** 31 - 1) ? 'invalid' : ms;
}

function countOf(fields: Fields, name: string): number {
  const value = fields.get(name.toLowerCase());
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, 1000) : 0;
}

function weightOf(fields: Fields | undefined, name: string): number {
  const value = fields?.get(name);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535 ? value : 1;
}

function listOf(list: unknown, single: unknown): readonly unknown[] {
  const entries: unknown[] = Array.isArray(list) ? list.slice(0, 64) : [];
  return single === undefined || single === null ? entries : [single, ...entries];
}

function textList(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((entry): entry is string => typeof entry === 'string');
  return texts.length === value.length ? texts : undefined;
}

export function textMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

function headersOf(value: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) return undefined;
  const headers = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(value)) {
    const list = textList(values);
    if (!list || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || list.some((entry) => /[^\t\x20-\x7e]/.test(entry))) {
      return undefined;
    }
    headers.set(name, list);
  }
  return Object.fromEntries(headers);
}

const hasControlCharacters = (value: string): boolean => /\p{Cc}/u.test(value);
