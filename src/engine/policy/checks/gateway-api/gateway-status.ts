import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

/** Conditions that must be true, and those that must not. */
const wanted: ReadonlySet<string> = new Set(['Accepted', 'Programmed', 'Ready', 'Scheduled', 'ResolvedRefs']);
const unwanted: ReadonlySet<string> = new Set(['Conflicted', 'Detached', 'PartiallyInvalid', 'OverlappingTLSConfig']);

/** Reasons that only say that a controller has not looked yet. */
const waiting: ReadonlySet<string> = new Set(['Pending', 'NotReconciled', 'Waiting']);

export const gatewayStatus: ObjectCheck = {
  scope: 'object',
  code: 'MESH3022',
  rule: 'gateway-status',
  aliases: ['GWAPI'],
  severity: 'warning',
  summary: 'The controller of a Gateway or a route says in its status that something is wrong with it.',
  subject: [
    Kinds.kubernetesGateway,
    Kinds.listenerSet,
    Kinds.gatewayClass,
    Kinds.httpRoute,
    Kinds.grpcRoute,
    Kinds.tlsRoute,
    Kinds.tcpRoute,
    Kinds.udpRoute,
    Kinds.backendTlsPolicy,
  ],
  inputs: [],
  run(context) {
    const { status } = context.subject;
    report(context, fieldOf(status, 'conditions'), ['status', 'conditions'], '');
    const parts = { listeners: 'name', parents: 'controllerName', ancestors: 'controllerName' } as const;
    for (const [key, naming] of Object.entries(parts)) {
      for (const [index, part] of listOf(fieldOf(status, key)).entries()) {
        const name = stringOf(fieldOf(part, naming));
        const subject = name === undefined ? '' : key === 'listeners' ? `Listener \`${name}\`: ` : `\`${name}\` says: `;
        report(context, fieldOf(part, 'conditions'), ['status', key, index, 'conditions'], subject);
      }
    }
  },
};

function report(context: CheckContext, conditions: unknown, path: FieldPath, about: string): void {
  for (const [index, condition] of listOf(conditions).entries()) {
    const type = stringOf(fieldOf(condition, 'type'));
    const value = stringOf(fieldOf(condition, 'status'));
    const reason = stringOf(fieldOf(condition, 'reason')) ?? '';
    if (type === undefined || waiting.has(reason)) continue;
    const isBad = (value === 'False' && wanted.has(type)) || (value === 'True' && unwanted.has(type));
    if (!isBad) continue;
    const says = stringOf(fieldOf(condition, 'message'))?.trim() ?? '';
    const text = `${about}${type} is ${value}${reason === '' ? '' : ` (${reason})`}`;
    context.report(context.subject, [...path, index, 'status'], {
      message: says === '' ? `${text}.` : `${text}: ${says.slice(0, 300)}`,
      part: 'value',
    });
  }
}
