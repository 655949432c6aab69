import { isRecord } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import type { Site } from '../sites.ts';

const deepest = 60;

export const oldEnvoyApi: ObjectCheck = {
  scope: 'object',
  code: 'MESH2276',
  rule: 'old-envoy-api',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A patch names a type of Envoy’s API v2, which is gone.',
  refusedBy: 'webhook',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[].patch.value')) {
      for (const type of typesIn(value, path)) {
        if (typeof type.value !== 'string' || !/\.v2(?:alpha)?\d*\./.test(type.value)) continue;
        const message = `\`${type.value}\` is of the API v2, which Envoy has no more; use its v3 type.`;
        context.report(subject, type.path, { message, part: 'value' });
      }
    }
  },
};

/** Every `@type` below a value. */
function typesIn(value: unknown, path: FieldPath): readonly Site[] {
  if (path.length > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => typesIn(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const field = { path: [...path, key], key, value: value[key] };
    return key === '@type' ? [field] : typesIn(field.value, field.path);
  });
}
