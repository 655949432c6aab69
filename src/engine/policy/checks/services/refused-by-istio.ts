import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import type { StatusCondition } from '../status-conditions.ts';
import { badConditions, versionWithStatus } from '../status-conditions.ts';

const kinds = [Kinds.service, Kinds.serviceEntry, Kinds.workloadEntry, Kinds.authorizationPolicy];

/** Conditions that Istio writes, which are bad where they are false. */
const wanted: ReadonlySet<string> = new Set(['istio.io/WaypointBound', 'ZtunnelAccepted', 'WaypointAccepted']);

/** A waypoint takes a policy in part, and calls it accepted. */
const isBad = ({ type, status, reason }: StatusCondition): boolean =>
  wanted.has(type) && (status === 'False' || reason === 'PartiallyInvalid');

export const refusedByIstio: ObjectCheck = {
  scope: 'object',
  code: 'MESH2008',
  rule: 'refused-by-istio',
  aliases: ['IST0171'],
  severity: 'warning',
  summary: 'Istio says in the status of an object that it cannot follow it.',
  subject: kinds,
  inputs: kinds,
  run(context) {
    const { subject } = context;
    const version = versionWithStatus(context);
    if (!version) return;
    for (const { index, text } of badConditions(fieldOf(version.status, 'conditions'), isBad)) {
      const isOwn = version === subject;
      const where = isOwn ? '' : `In cluster \`${version.origin.source}\`: `;
      const path = isOwn ? ['status', 'conditions', index, 'status'] : ['metadata', 'name'];
      context.report(subject, path, { message: `${where}${text}`, part: 'value' });
    }
  },
};
