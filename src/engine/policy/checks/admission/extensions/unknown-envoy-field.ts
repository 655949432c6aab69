import { didYouMean, nearestWords } from '../../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import type { EnvoyMessage } from './envoy-messages.ts';
import { jsonName, messageOfPatch, messageOfType } from './envoy-messages.ts';

const deepest = 60;

export const unknownEnvoyField: ObjectCheck = {
  scope: 'object',
  code: 'MESH2278',
  rule: 'unknown-envoy-field',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'A patch sets a field that Envoy’s API does not have there, so it is dropped.',
  warnedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    for (const { path, value } of sitesIn(context.subject, 'configPatches[]')) {
      // Istio does not look at patches for waypoints.
      if (fieldOf(fieldOf(value, 'match'), 'context') === 'WAYPOINT') continue;
      const patch = fieldOf(value, 'patch');
      // Nor at those that say nothing of what to do.
      if ((stringOf(fieldOf(patch, 'operation')) ?? 'INVALID') === 'INVALID') continue;
      const message = messageOfPatch(stringOf(fieldOf(value, 'applyTo')) ?? '');
      checkMessage(context, fieldOf(patch, 'value'), [...path, 'patch', 'value'], message);
    }
  },
};

/** `message` is that of the value, as far as it is known; what has an `@type` says so itself. */
function checkMessage(context: CheckContext, value: unknown, path: FieldPath, message: EnvoyMessage | undefined): void {
  if (path.length > deepest) return;
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      checkMessage(context, item, [...path, index], message);
    }
  }
  if (!isRecord(value)) return;
  const type = stringOf(value['@type']);
  const own = type === undefined ? message : messageOfType(type);
  for (const key of Object.keys(value)) {
    const at = [...path, key];
    const field = own?.field(key);
    // A filter of the API v2 is told as one without a typed configuration.
    if (key === 'config' && isRecord(value[key]) && path.at(-2) === 'patch' && typeof value.name === 'string') continue;
    if (key !== '@type' && own && !field) report(context, at, own, Object.keys(value));
    else if (field?.isMap === true) checkValues(context, value[key], at, field.message());
    else if (field?.isOpen !== true) checkMessage(context, value[key], at, field?.message());
  }
}

function checkValues(context: CheckContext, map: unknown, path: FieldPath, message: EnvoyMessage | undefined): void {
  if (!isRecord(map)) return;
  for (const key of Object.keys(map)) checkMessage(context, map[key], [...path, key], message);
}

function report(context: CheckContext, path: FieldPath, { name, fields }: EnvoyMessage, keys: readonly string[]): void {
  const key = String(path.at(-1));
  const written = /[A-Z]/.test(key) ? fields.map(jsonName) : fields;
  const near = nearestWords(key, written).filter((each) => !keys.includes(each));
  context.report(context.subject, path, {
    message: `${name} of Envoy has no field \`${key}\`, so this is dropped.${didYouMean(near)}`,
    part: 'key',
    fixes: near.map((each, index) => ({
      title: `Replace with \`${each}\``,
      isPreferred: index === 0,
      changes: [{ type: 'rename-key', object: context.subject, path, key: each }],
    })),
  });
}
