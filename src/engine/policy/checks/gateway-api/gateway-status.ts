import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { listenersIn, routeOf } from './gateway-views.ts';

/** Conditions that must be true, and those that must not. */
const wanted: ReadonlySet<string> = new Set(['Accepted', 'Programmed', 'Ready', 'Scheduled', 'ResolvedRefs']);
const unwanted: ReadonlySet<string> = new Set(['Conflicted', 'Detached', 'PartiallyInvalid', 'OverlappingTLSConfig']);

/** Reasons that only say that a controller has not looked yet. */
const waiting: ReadonlySet<string> = new Set(['Pending', 'NotReconciled', 'Waiting']);

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
  aliases: ['GWAPI'],
  severity: 'warning',
  summary: 'The controller of a Gateway or a route says in its status that something is wrong with it.',
  subject: kinds,
  inputs: kinds,
  run(context) {
    const { subject } = context;
    const versions = context.versionsOf(kindKey(subject), subject.namespace, subject.name);
    // What a cluster says of an object that a file declares is said of the file, where it has no status of its own.
    const version = [subject, ...versions].find(({ status }) => isRecord(status));
    if (version) reportStatus(context, version);
  },
};

function reportStatus(context: CheckContext, version: MeshObject): void {
  const { subject } = context;
  const { status } = version;
  const isOwn = version === subject;
  const conditionsOf = (value: unknown, path: FieldPath, about: FieldPath, says: string): void => {
    for (const { index, text } of badConditions(fieldOf(value, 'conditions'))) {
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

function badConditions(conditions: unknown): readonly { readonly index: number; readonly text: string }[] {
  return listOf(conditions).flatMap((condition, index) => {
    const type = stringOf(fieldOf(condition, 'type')) ?? '';
    const value = stringOf(fieldOf(condition, 'status'));
    const reason = stringOf(fieldOf(condition, 'reason')) ?? '';
    const isBad = (value === 'False' && wanted.has(type)) || (value === 'True' && unwanted.has(type));
    if (!isBad || waiting.has(reason)) return [];
    const says = stringOf(fieldOf(condition, 'message'))?.trim() ?? '';
    const state = `${type} is ${value}${reason === '' ? '' : ` (${reason})`}`;
    return [{ index, text: says === '' ? `${state}.` : `${state}: ${says.slice(0, 300)}` }];
  });
}
