/** What controllers say in the status of an object. */
import { fieldOf, isRecord, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import type { CheckContext } from './check.ts';

export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** Reasons that only say that a controller has not looked yet. */
const waiting: ReadonlySet<string> = new Set(['Pending', 'NotReconciled', 'Waiting']);

/** Conditions that are bad, as their place in the list and in words. */
export function badConditions(
  conditions: unknown,
  isBad: (condition: StatusCondition) => boolean,
): readonly { readonly index: number; readonly text: string }[] {
  return listOf(conditions).flatMap((condition, index) => {
    const type = stringOf(fieldOf(condition, 'type')) ?? '';
    const status = stringOf(fieldOf(condition, 'status')) ?? '';
    const reason = stringOf(fieldOf(condition, 'reason')) ?? '';
    if (!isBad({ type, status, reason }) || waiting.has(reason)) return [];
    const says = stringOf(fieldOf(condition, 'message'))?.trim() ?? '';
    const state = `${type} is ${status}${reason === '' ? '' : ` (${reason})`}`;
    return [{ index, text: says === '' ? `${state}.` : `${state}: ${says.slice(0, 300)}` }];
  });
}

/**
 * The subject, where its file has a status, else the same object as a cluster has it: what is said of that is said of the
 * file. The kind of the subject must be an input.
 */
export function versionWithStatus(context: CheckContext): MeshObject | undefined {
  const { subject } = context;
  const versions = context.versionsOf(kindKey(subject), subject.namespace, subject.name);
  return [subject, ...versions].find(({ status }) => isRecord(status));
}
