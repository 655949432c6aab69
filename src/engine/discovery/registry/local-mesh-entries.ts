/** The entries of a LocalMesh file: services with their workloads, gateways and clients. */
import { parseGoDuration } from '../../../shared/go-duration.ts';
import type { LocalServicePort } from '../../../shared/local-mesh.ts';
import type { Labels } from '../../model/mesh-object.ts';
import type {
  AddressWorkload,
  HealthSpec,
  LocalServiceSpec,
  LocalWorkloadSpec,
  ProcessWorkload,
} from './local-mesh-spec.ts';
import { restartPolicies } from './local-mesh-spec.ts';
import type { RecordReader } from './record-reader.ts';
import { describe } from './record-reader.ts';

/** What one entry of the file declares. `dependsOn` still holds the names as written. */
export interface DeclaredEntry {
  readonly service?: LocalServiceSpec;
  readonly workloads: readonly LocalWorkloadSpec[];
}

/** Each instance is a process with a sidecar: more than this on one machine is a slip of the finger. */
const maxInstances = 50;
const portRange = { min: 1, max: 65_535 };
const identityFields = ['name', 'version', 'labels', 'serviceAccount'] as const;
const processFields = ['run', 'directory', 'env', 'instances', 'dependsOn', 'restart'] as const;

export function readService(reader: RecordReader): DeclaredEntry {
  reader.allow('name', 'ports', 'workloads');
  const name = reader.required('name', readName(reader, 'name'), 'the name other services call') ?? '';
  const ports = readPorts(reader);
  if (!reader.has('workloads')) reader.problem(undefined, `Service "${name}" needs "workloads": what runs behind it.`);
  const workloads = reader.records('workloads').map((workload) => readWorkload(workload, name, ports));
  return { service: { name, ports, path: reader.path }, workloads };
}

/** A gateway is a service and a workload of the same name. */
export function readGateway(reader: RecordReader): DeclaredEntry {
  reader.allow(...identityFields, 'port', 'routePort');
  const name = reader.required('name', readName(reader, 'name'), 'the name of the gateway') ?? '';
  const port = reader.integer('port', { min: 0, max: 65_535 }) ?? 0;
  const routePort = reader.integer('routePort', portRange) ?? 80;
  const ports: readonly LocalServicePort[] = [{ name: 'http', port: routePort, protocol: 'http' }];
  return {
    service: { name, ports, path: reader.path },
    workloads: [
      {
        kind: 'gateway',
        ...readIdentity(reader, name, 'latest'),
        name,
        service: name,
        ports,
        dependsOn: [],
        path: reader.path,
        port,
        routePort,
      },
    ],
  };
}

/** A process that only calls. */
export function readClient(reader: RecordReader): DeclaredEntry {
  reader.allow(...identityFields, ...processFields);
  const name = reader.required('name', readName(reader, 'name'), 'the name of the client') ?? '';
  reader.required('run', reader.raw('run'), 'the command that starts it');
  const identity = { ...readIdentity(reader, name, 'latest'), name, ports: [], path: reader.path };
  return { workloads: [{ ...identity, ...readProcess(reader, []) }] };
}

function readWorkload(reader: RecordReader, app: string, ports: readonly LocalServicePort[]): LocalWorkloadSpec {
  reader.allow(...identityFields, ...processFields, 'address', 'port', 'health');
  const identity = readIdentity(reader, app, 'v1');
  const name = readName(reader, 'name') ?? `${app}-${identity.version}`;
  const common = { ...identity, name, service: app, ports, path: reader.path };
  if (reader.has('address')) {
    if (reader.has('run')) reader.problem('address', 'Give "run" or "address", not both.');
    for (const field of ['directory', 'env', 'instances', 'restart', 'port', 'dependsOn']) {
      if (reader.has(field))
        reader.problem(field, `"${field}" is for a process the mesh starts; this has an "address".`);
    }
    return { ...common, dependsOn: [], ...readAddress(reader, ports) };
  }
  if (!reader.has('run')) {
    reader.problem(undefined, `Workload "${name}" needs "run" (a command) or "address" (where it already listens).`);
  }
  return { ...common, ...readProcess(reader, ports) };
}

function readIdentity(
  reader: RecordReader,
  app: string,
  defaultVersion: string,
): Pick<LocalWorkloadSpec, 'app' | 'version' | 'labels' | 'serviceAccount'> {
  const version = readName(reader, 'version', /^[a-z0-9A-Z]([-_.a-z0-9A-Z]*[a-z0-9A-Z])?$/) ?? defaultVersion;
  return {
    app,
    version,
    labels: readLabels(reader, app, version),
    serviceAccount: readName(reader, 'serviceAccount') ?? app,
  };
}

/** Extra labels; `app` and `version` come from the file's own fields, so that routes and metrics agree with them. */
function readLabels(reader: RecordReader, app: string, version: string): Labels {
  const extra = reader.texts('labels');
  for (const own of ['app', 'version']) {
    if (!Object.hasOwn(extra, own)) continue;
    const from = own === 'app' ? 'the name of the service' : '"version"';
    reader.problem('labels', `The label "${own}" is set from ${from}; leave it out here.`);
  }
  return { ...extra, app, version };
}

type ProcessPart = Omit<ProcessWorkload, 'name' | 'app' | 'version' | 'labels' | 'serviceAccount' | 'ports' | 'path'>;

function readProcess(reader: RecordReader, ports: readonly LocalServicePort[]): ProcessPart {
  const instances = reader.integer('instances', { min: 1, max: maxInstances }) ?? 1;
  const port = ports.length > 0 ? reader.integer('port', portRange) : undefined;
  if (port !== undefined && (instances > 1 || ports.length > 1)) {
    reader.problem(
      'port',
      'A fixed "port" goes with one instance and a service of one port. Without it each gets PORT.',
    );
  }
  const health = ports.length > 0 ? readHealth(reader, ports) : undefined;
  return {
    kind: 'process',
    command: reader.string('run') ?? '',
    directory: reader.string('directory') ?? '.',
    env: readEnvironment(reader),
    instances,
    restart: reader.oneOf('restart', restartPolicies) ?? 'always',
    dependsOn: reader.list('dependsOn').flatMap(({ value, path }) => {
      if (typeof value === 'string' && value !== '') return [value];
      reader.problem(
        'dependsOn',
        `Entry ${String(path.at(-1))} must be the name of a service, not ${describe(value)}.`,
      );
      return [];
    }),
    ...(port === undefined ? {} : { port }),
    ...(health === undefined ? {} : { health }),
  };
}

function readEnvironment(reader: RecordReader): Readonly<Record<string, string>> {
  const env = reader.texts('env');
  for (const [name, value] of Object.entries(env)) {
    // POSIX: a name has no "="; and no operating system takes a NUL in either.
    if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
      reader.problem(
        'env',
        `${describe(name)} cannot be the name of an environment variable, or its value not a text.`,
      );
    }
  }
  return env;
}

function readAddress(
  reader: RecordReader,
  ports: readonly LocalServicePort[],
): Pick<AddressWorkload, 'kind' | 'host' | 'applicationPorts' | 'health'> {
  const health = readHealth(reader, ports);
  const none = { kind: 'address', host: '', applicationPorts: {}, health } as const;
  const text = reader.string('address');
  if (text === undefined) return none;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[-.A-Za-z0-9]*[A-Za-z0-9])?))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
    reader.problem('address', `"address" must be HOST:PORT, for example 127.0.0.1:8080, not ${describe(text)}.`);
    return none;
  }
  if (port !== undefined && ports.length > 1) {
    reader.problem('address', 'The service has several ports: give only the host, it must listen on all of them.');
  }
  return {
    kind: 'address',
    host,
    applicationPorts: Object.fromEntries(ports.map(({ name, port: own }) => [name, port ?? own])),
    health,
  };
}

function readHealth(reader: RecordReader, ports: readonly LocalServicePort[]): HealthSpec {
  const first = ports[0]?.name ?? '';
  const health = reader.record('health');
  if (!health) return { type: 'tcp', port: first, intervalMs: 1000, timeoutMs: 1000 };
  health.allow('http', 'tcp', 'ttl', 'port', 'interval', 'timeout');
  const kinds = ['http', 'tcp', 'ttl'].filter((kind) => health.has(kind));
  if (kinds.length !== 1) health.problem(kinds[1], '"health" needs exactly one of "http" (a path), "tcp" and "ttl".');
  if (health.has('ttl')) {
    for (const field of ['port', 'interval', 'timeout']) {
      if (health.has(field)) health.problem(field, `"${field}" has no meaning with "ttl": the service itself reports.`);
    }
    return { type: 'ttl', ttlMs: readDuration(health, 'ttl', 10_000) };
  }
  const port = health.string('port') ?? first;
  if (!ports.some(({ name }) => name === port)) health.problem('port', `The service has no port named "${port}".`);
  const timing = {
    port,
    intervalMs: readDuration(health, 'interval', 1000),
    timeoutMs: readDuration(health, 'timeout', 1000),
  };
  if (!health.has('http')) {
    if (health.raw('tcp') !== undefined && health.raw('tcp') !== true) health.problem('tcp', '"tcp" can only be true.');
    return { type: 'tcp', ...timing };
  }
  const path = health.string('http') ?? '/';
  // Anything else would let a file smuggle header lines into the probe.
  if (!/^\/[\x21-\x7e]*$/.test(path)) health.problem('http', '"http" must be a path that starts with "/".');
  return { type: 'http', path, ...timing };
}

/** Between 50 ms, which a probe of a busy machine still meets, and an hour. */
function readDuration(reader: RecordReader, key: string, fallback: number): number {
  const value = reader.raw(key);
  if (value === undefined) return fallback;
  const ms = typeof value === 'string' ? parseGoDuration(value) : undefined;
  if (ms !== undefined && ms >= 50 && ms <= 3_600_000) return ms;
  reader.problem(key, `"${key}" must be a duration from 50ms to 1h, for example 1s, not ${describe(value)}.`);
  return fallback;
}

function readPorts(reader: RecordReader): readonly LocalServicePort[] {
  if (!reader.has('ports')) reader.problem(undefined, 'A service needs "ports": where other services call it.');
  const names = new Set<string>();
  const numbers = new Set<number>();
  return reader.records('ports').flatMap((entry) => {
    entry.allow('name', 'port', 'protocol');
    const given = entry.oneOf('protocol', ['http', 'tcp'] as const);
    const port = entry.required('port', entry.integer('port', portRange), 'the number other services call');
    // Istio takes the protocol from the name of the port, `tcp` or `tcp-…`, where it is not said.
    const name = readName(entry, 'name') ?? given ?? 'http';
    const protocol = given ?? (/^tcp(-|$)/.test(name) ? 'tcp' : 'http');
    if (port === undefined) return [];
    if (names.has(name)) entry.problem('name', `The service has another port named "${name}".`);
    if (numbers.has(port)) entry.problem('port', `The service has port ${port} twice.`);
    names.add(name);
    numbers.add(port);
    return [{ name, port, protocol }];
  });
}

/** A name as Kubernetes takes it, RFC 1123 label: it becomes part of a host name. */
export function readName(
  reader: RecordReader,
  key: string,
  pattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
): string | undefined {
  const raw = reader.raw(key);
  // `version: 1` is a number in YAML; as a name it can only mean the text.
  const name = typeof raw === 'number' ? String(raw) : reader.string(key);
  if (name === undefined) return undefined;
  if (pattern.test(name) && name.length <= 63) return name;
  const rule = 'at most 63 lower-case letters, digits and "-", with a letter or digit at both ends';
  reader.problem(key, `${describe(name)} cannot be a "${key}": ${rule}.`);
  return undefined;
}
