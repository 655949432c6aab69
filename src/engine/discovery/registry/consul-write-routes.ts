/** What can be changed: registration, deregistration and reports of checks. Throws ConsulErrors. */
import type { CheckStatus } from './catalog-entries.ts';
import { checkStatuses } from './catalog-entries.ts';
import type { Catalog } from './catalog.ts';
import { ConsulError } from './consul-exchange.ts';
import { fieldsOf, readCheckRegistration, readServiceRegistration, text, textMap } from './consul-registration.ts';
import { decodeName } from './consul-read-routes.ts';
import type { HealthChecks } from './health-checks.ts';

interface WriteTarget {
  readonly catalog: Catalog;
  readonly checks: HealthChecks;
}

/** Does what was asked. Resolves to the body of the answer; undefined: an empty one. */
export type WriteRoute = (target: WriteTarget, query: URLSearchParams, body: unknown) => unknown;

type NamedRoute = (target: WriteTarget, name: string, query: URLSearchParams, body: unknown) => unknown;

/** More than any person runs on one machine: a client that loops must not fill the memory. */
const maxInstances = 5000;

const fixed: Readonly<Record<string, WriteRoute>> = {
  '/v1/agent/service/register': registerService,
  '/v1/agent/check/register': registerCheck,
  '/v1/catalog/register': registerInCatalog,
  '/v1/catalog/deregister': deregisterFromCatalog,
};

const named: readonly { readonly prefix: string; readonly route: NamedRoute }[] = [
  { prefix: '/v1/agent/service/deregister/', route: deregisterService },
  { prefix: '/v1/agent/service/maintenance/', route: setMaintenance },
  { prefix: '/v1/agent/check/deregister/', route: deregisterCheck },
  { prefix: '/v1/agent/check/pass/', route: (target, id, query) => report(target, id, 'passing', noteOf(query)) },
  { prefix: '/v1/agent/check/warn/', route: (target, id, query) => report(target, id, 'warning', noteOf(query)) },
  { prefix: '/v1/agent/check/fail/', route: (target, id, query) => report(target, id, 'critical', noteOf(query)) },
  { prefix: '/v1/agent/check/update/', route: updateCheck },
];

export function findWriteRoute(path: string): WriteRoute | undefined {
  if (Object.hasOwn(fixed, path)) return fixed[path];
  const found = named.find(({ prefix }) => path.startsWith(prefix) && path.length > prefix.length);
  if (!found) return undefined;
  const name = decodeName(path.slice(found.prefix.length));
  return (target, query, body) => found.route(target, name, query, body);
}

function registerService({ catalog }: WriteTarget, _query: URLSearchParams, body: unknown): undefined {
  register(catalog, body);
}

function register(catalog: Catalog, body: unknown, node?: string): string {
  const { registration, problem } = readServiceRegistration(body, node);
  if (!registration) throw new ConsulError(400, problem ?? 'Invalid registration');
  const key = node === undefined ? registration.id : `${node}/${registration.id}`;
  const present = catalog.instance(key);
  if (present?.origin === 'file') {
    throw new ConsulError(400, `Service ID "${registration.id}" belongs to the local mesh's own file`);
  }
  if (!present && catalog.instances().length >= maxInstances) {
    throw new ConsulError(429, `The registry holds at most ${maxInstances} instances`);
  }
  for (const { id } of registration.checks) {
    const owner = catalog.check(id, node ?? catalog.node);
    if (owner && owner.instance !== key) throw new ConsulError(400, `CheckID "${id}" is already in use`);
  }
  return catalog.register(registration).key;
}

function deregisterService({ catalog }: WriteTarget, id: string): undefined {
  const instance = catalog.instance(id);
  if (instance?.node !== catalog.node) {
    throw new ConsulError(
      404,
      `Unknown service ID "${id}". Ensure that the service ID is passed, not the service name.`,
    );
  }
  if (instance.origin === 'file') throw new ConsulError(400, `Service ID "${id}" belongs to the local mesh's own file`);
  catalog.deregister(id);
}

/** A maintenance check is critical as long as it is there, so that nobody calls the instance. */
function setMaintenance({ catalog }: WriteTarget, id: string, query: URLSearchParams): undefined {
  if (!catalog.instance(id)) throw new ConsulError(404, `Unknown service ID "${id}".`);
  const enable = query.get('enable');
  const checkId = `_service_maintenance:${id}`;
  if (enable === 'false') {
    catalog.removeCheck(checkId);
    return;
  }
  if (enable !== 'true') throw new ConsulError(400, 'Missing value for enable');
  const output = query.get('reason') ?? '';
  const thresholds = { successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0 };
  const name = 'Service Maintenance Mode';
  const check = { id: checkId, name, notes: output, definition: { type: 'reported' }, thresholds } as const;
  catalog.addCheck({ ...check, initialStatus: 'critical' }, id);
  catalog.setCheck(checkId, 'critical', output || 'Maintenance mode is enabled for this service.');
}

function registerCheck({ catalog }: WriteTarget, _query: URLSearchParams, body: unknown): undefined {
  const fields = fieldsOf(body);
  const { check, problem } = readCheckRegistration(body, { id: '', name: fields ? text(fields, 'Name') : '' });
  if (!check || !fields) throw new ConsulError(400, problem ?? 'Invalid check');
  if (check.name === '') throw new ConsulError(400, 'Missing check name');
  const serviceId = text(fields, 'ServiceID');
  const present = catalog.check(check.id);
  if (present && (present.definition.type === 'reported' || present.instance !== (serviceId || undefined))) {
    throw new ConsulError(400, `CheckID "${check.id}" is already in use`);
  }
  if (catalog.checks().length >= maxInstances * 2) throw new ConsulError(429, 'The registry holds too many checks');
  if (!catalog.addCheck(check, serviceId || undefined)) {
    throw new ConsulError(400, `ServiceID "${serviceId}" does not exist`);
  }
}

function deregisterCheck({ catalog }: WriteTarget, id: string): undefined {
  const check = catalog.check(id);
  if (!check || check.definition.type === 'reported') throw unknownCheck(id);
  catalog.removeCheck(id);
}

function updateCheck(target: WriteTarget, id: string, _query: URLSearchParams, body: unknown): undefined {
  const fields = fieldsOf(body);
  const status = checkStatuses.find((known) => fields && text(fields, 'Status') === known);
  if (!fields || !status) throw new ConsulError(400, 'Invalid check status');
  report(target, id, status, text(fields, 'Output'));
}

function report({ catalog, checks }: WriteTarget, id: string, status: CheckStatus, output: string): undefined {
  if (!catalog.check(id)) throw unknownCheck(id);
  if (!checks.report(id, status, output.slice(0, 4096))) throw new ConsulError(400, `CheckID "${id}" is no TTL check`);
}

const unknownCheck = (id: string): ConsulError =>
  new ConsulError(404, `Unknown check ID "${id}". Ensure that the check ID is passed, not the check name.`);

const noteOf = (query: URLSearchParams): string => query.get('note') ?? '';

function registerInCatalog({ catalog }: WriteTarget, _query: URLSearchParams, body: unknown): boolean {
  const fields = fieldsOf(body);
  const node = fields ? text(fields, 'Node') : '';
  const address = fields ? text(fields, 'Address') : '';
  if (!fields || node === '' || address === '') throw new ConsulError(400, 'Must provide node and address');
  if (node.length > 128 || node.includes('/')) throw new ConsulError(400, 'Invalid node name');
  if (node !== catalog.node) {
    if (catalog.nodes().length >= maxInstances) throw new ConsulError(429, 'The registry holds too many nodes');
    catalog.setNode(node, address, textMap(fields.get('nodemeta')) ?? {});
  }
  const elsewhere = node === catalog.node ? undefined : node;
  const service = fieldsOf(fields.get('service'));
  if (service) {
    const body = Object.fromEntries(service);
    // A service without an address is where its node is.
    register(catalog, { ...body, address: text(service, 'Address') || address }, elsewhere);
  }
  const checks = fields.get('checks') ?? (fields.get('check') ? [fields.get('check')] : []);
  for (const check of Array.isArray(checks) ? checks.slice(0, 64) : []) addCatalogCheck(catalog, check, elsewhere);
  return true;
}

/** The catalog takes checks as their owner reports them; it runs none of them. */
function addCatalogCheck(catalog: Catalog, body: unknown, node: string | undefined): void {
  const fields = fieldsOf(body);
  const status = checkStatuses.find((known) => fields && (text(fields, 'Status') || 'critical') === known);
  const id = fields ? text(fields, 'CheckID') || text(fields, 'Name') : '';
  if (!fields || !status || id === '') throw new ConsulError(400, 'Invalid check');
  const serviceId = text(fields, 'ServiceID');
  const instance = serviceId === '' ? undefined : node === undefined ? serviceId : `${node}/${serviceId}`;
  const thresholds = { successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0 };
  const name = text(fields, 'Name') || id;
  const notes = text(fields, 'Notes');
  const definition = { type: 'reported' } as const;
  const check = { id, name, notes, definition, initialStatus: status, thresholds };
  if (!catalog.addCheck(check, instance, node)) throw new ConsulError(400, `ServiceID "${serviceId}" does not exist`);
  catalog.setCheck(id, status, text(fields, 'Output'), node);
}

function deregisterFromCatalog({ catalog }: WriteTarget, _query: URLSearchParams, body: unknown): boolean {
  const fields = fieldsOf(body);
  const node = fields ? text(fields, 'Node') : '';
  if (!fields || node === '') throw new ConsulError(400, 'Must provide node');
  const serviceId = text(fields, 'ServiceID');
  const checkId = text(fields, 'CheckID');
  const key = node === catalog.node ? serviceId : `${node}/${serviceId}`;
  if (serviceId !== '') {
    if (catalog.instance(key)?.origin === 'file') {
      throw new ConsulError(400, `Service ID "${serviceId}" belongs to the local mesh's own file`);
    }
    catalog.deregister(key);
  } else if (checkId !== '') {
    if (node !== catalog.node || checkId !== 'serfHealth') catalog.removeCheck(checkId, node);
  } else catalog.removeNode(node);
  return true;
}
