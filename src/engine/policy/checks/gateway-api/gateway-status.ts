import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { StatusCondition } from '../status-conditions.ts';
import { badConditions, versionWithStatus } from '../status-conditions.ts';
import { listenersIn, routeOf } from './gateway-views.ts';

/** Conditions that must be true, and those that must not. */
const wanted: ReadonlySet<string> = new Set(['Accepted', 'Programmed', 'Ready', 'Scheduled', 'ResolvedRefs']);
const unwanted: ReadonlySet<string> = new Set(['Conflicted', 'Detached', 'PartiallyInvalid', 'OverlappingTLSConfig']);

const kinds: readonly KindKey[] = [
  Kinds.kubernetesGateway,
  Kinds.listenerSet,
  Kinds.gatewayClass,
  ...gatewayRouteKinds,
  Kinds.backendTlsPolicy,
];

export const gatewayStatus: ObjectCheck = {
  scope: 'object',
  code: 'MESH3022',
  rule: 'gateway-status',
  aliases: ['IST0171', 'GWAPI'],
  severity: 'warning',
  summary: 'The controller of a Gateway or a route says in its status that something is wrong with it.',
  subject: kinds,
  inputs: kinds,
  run(context) {
    const version = versionWithStatus(context);
    if (version) reportStatus(context, version);
  },
};

const isBad = ({ type, status }: StatusCondition): boolean =>
  (status === 'False' && wanted.has(type)) || (status === 'True' && unwanted.has(type));

function reportStatus(context: CheckContext, version: MeshObject): void {
  const { subject } = context;
  const { status } = version;
  const isOwn = version === subject;
  const conditionsOf = (value: unknown, path: FieldPath, about: FieldPath, says: string): void => {
    for (const { index, text } of badConditions(fieldOf(value, 'conditions'), isBad)) {
      const place = isOwn ? [...path, 'conditions', index, 'status'] : about;
      context.report(subject, place, { message: `${says}${text}`, part: 'value' });
    }
  };
  const name = ['metadata', 'name'];
  conditionsOf(status, ['status'], name, '');
  for (const [index, part] of listOf(fieldOf(status, 'listeners')).entries()) {
    const listener = stringOf(fieldOf(part, 'name')) ?? '';
    const declared = listenersIn(subject).find((each) => each.name === listener);
    const about = declared ? [...declared.path, 'name'] : name;
    conditionsOf(part, ['status', 'listeners', index], about, `Listener \`${listener}\`: `);
  }
  for (const key of ['parents', 'ancestors']) {
    for (const [index, part] of listOf(fieldOf(status, key)).entries()) {
      const controller = stringOf(fieldOf(part, 'controllerName')) ?? 'The controller';
      const parent = stringOf(valueAt(part, ['parentRef', 'name']));
      const declared = routeOf(subject).parents.find((each) => each.name === parent);
      const about = declared ? [...declared.path, 'name'] : name;
      conditionsOf(part, ['status', key, index], about, `\`${controller}\` says: `);
    }
  }
}
