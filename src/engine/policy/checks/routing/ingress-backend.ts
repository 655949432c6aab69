import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import type { WrittenPort } from '../directories/selecting-services.ts';
import { servicePorts } from '../directories/service-ports.ts';

interface Backend {
  readonly path: FieldPath;
  readonly name: string;
  readonly port: number | string | undefined;
}

export const ingressBackend: ObjectCheck = {
  scope: 'object',
  code: 'MESH1213',
  rule: 'unknown-ingress-backend',
  aliases: [],
  severity: 'error',
  summary: 'An Ingress sends requests to a Service, or a port of it, that does not exist.',
  subject: Kinds.ingress,
  inputs: [serviceDirectory, servicePorts],
  run(context) {
    for (const backend of backendsOf(context.subject)) checkBackend(context, backend);
  },
};

function checkBackend(context: CheckContext, { path, name, port }: Backend): void {
  const { subject } = context;
  const names = context.index(serviceDirectory).namesIn(subject.namespace);
  if (!names.includes(name)) {
    // Others may be installed from elsewhere: without a cluster only a slip of the finger is certain.
    if (context.index(serviceDirectory).mayBeMade(subject.namespace, name)) return;
    const near = misspellingsOf(name, names);
    if (near.length === 0 && !context.index(serviceDirectory).isComplete) return;
    context.report(subject, [...path, 'name'], {
      message: `No Service \`${name}\` in namespace \`${subject.namespace}\`: these requests get 503.${didYouMean(near)}`,
      part: 'value',
      fixes: near.map((value, index) => ({
        title: `Replace with \`${value}\``,
        isPreferred: index === 0,
        changes: [{ type: 'replace-value', object: subject, path: [...path, 'name'], value }],
      })),
    });
    return;
  }
  const ports = context.index(servicePorts).get(`${subject.namespace}/${name}`) ?? [];
  if (port === undefined || ports.length === 0 || ports.some((each) => each.number === port || each.name === port))
    return;
  const place = [...path, 'port', typeof port === 'number' ? 'number' : 'name'];
  const behind = ports.filter(({ target }) => target === port);
  const [only] = behind.length === 1 ? behind : ports.length === 1 ? ports : [];
  const choice = only ? (typeof port === 'number' ? only.number : only.name) : undefined;
  const why = behind.length > 0 ? ' Its pods listen there; an Ingress names the port of the Service.' : '';
  const near =
    typeof port === 'string'
      ? nearestNames(
          port,
          ports.map((each) => each.name),
        )
      : [];
  const value = choice ?? near[0];
  context.report(subject, place, {
    message: `Service \`${name}\` has no port ${String(port)}. It has ${listed(ports)}.${why}`,
    part: 'value',
    fixes:
      value === undefined || value === ''
        ? []
        : [
            {
              title: `Replace with \`${String(value)}\``,
              isPreferred: true,
              changes: [{ type: 'replace-value', object: subject, path: place, value }],
            },
          ],
  });
}

const listed = (ports: readonly WrittenPort[]): string =>
  ports.map(({ number, name }) => (name === '' ? String(number) : `${String(number)} (${name})`)).join(', ');

function backendsOf({ spec }: MeshObject): readonly Backend[] {
  const found: Backend[] = readBackend(fieldOf(spec, 'defaultBackend'), ['spec', 'defaultBackend']);
  for (const [index, rule] of listOf(fieldOf(spec, 'rules')).entries()) {
    for (const [number, entry] of listOf(fieldOf(fieldOf(rule, 'http'), 'paths')).entries()) {
      found.push(
        ...readBackend(fieldOf(entry, 'backend'), ['spec', 'rules', index, 'http', 'paths', number, 'backend']),
      );
    }
  }
  return found;
}

function readBackend(backend: unknown, path: FieldPath): Backend[] {
  const service = fieldOf(backend, 'service');
  const name = stringOf(fieldOf(service, 'name'));
  if (!isRecord(service) || name === undefined) return [];
  const port = numberOf(fieldOf(service.port, 'number')) ?? stringOf(fieldOf(service.port, 'name'));
  return [{ path: [...path, 'service'], name, port }];
}
