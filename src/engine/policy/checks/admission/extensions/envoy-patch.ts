import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

export const envoyPatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH2272',
  rule: 'envoy-patch',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A patch of an EnvoyFilter does not say what it changes, or how.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[]')) {
      // Istio does not look at patches for waypoints.
      if (!isRecord(value) || fieldOf(value.match, 'context') === 'WAYPOINT') continue;
      const patch = value.patch ?? undefined;
      const operation = stringOf(fieldOf(patch, 'operation')) ?? 'INVALID';
      const applyTo = stringOf(value.applyTo) ?? 'INVALID';
      const report = (field: readonly string[], message: string): void => {
        const isWritten = field.length > 0 && Object.hasOwn(value, field[0] ?? '');
        context.report(subject, isWritten ? [...path, ...field] : path, { message });
      };
      if (applyTo === 'INVALID') report(['applyTo'], 'A patch needs `applyTo`: what it changes.');
      else if (!isRecord(patch)) report([], 'A patch needs `patch`: how it changes it.');
      else if (operation === 'INVALID')
        report(['patch'], 'A patch needs an `operation`, such as MERGE or INSERT_BEFORE.');
      else if (operation !== 'REMOVE' && (patch.value ?? undefined) === undefined) {
        report(['patch'], `${operation} needs a \`value\`: what is put there.`);
      } else {
        const name = fieldOf(patch.value, 'name') ?? '';
        if (typeof name !== 'string') report(['patch', 'value', 'name'], 'The name must be a text.');
      }
    }
  },
};
