import { didYouMean } from '../../../../../shared/nearest-names.ts';
import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import type { Site } from '../sites.ts';
import { intendedTypes } from './envoy-types.ts';

const deepest = 60;

export const invalidEnvoyType: ObjectCheck = {
  scope: 'object',
  code: 'MESH2276',
  rule: 'invalid-envoy-type',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A patch gives a typed configuration without its type, or with one that Envoy does not have.',
  refusedBy: 'webhook',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[].patch.value')) {
      for (const any of typedConfigsIn(value, path)) {
        const type = fieldOf(any.value, '@type');
        if (typeof type !== 'string' || type === '') {
          const message = `\`${any.key}\` needs \`@type\`: the type of Envoy’s API that it is of.`;
          context.report(subject, any.path, { message, part: 'key' });
        } else if (/\.v2(?:alpha)?\d*\./.test(type)) {
          const message = `\`${type}\` is of the API v2, which Envoy has no more; use its v3 type.`;
          context.report(subject, [...any.path, '@type'], { message, part: 'value' });
        } else {
          const near = intendedTypes(type);
          if (near.length === 0) continue;
          const place = [...any.path, '@type'];
          context.report(subject, place, {
            message: `Envoy has no type \`${type}\`.${didYouMean(near)}`,
            part: 'value',
            fixes: near.map((choice, index) => ({
              title: `Replace with \`${choice}\``,
              isPreferred: index === 0,
              changes: [{ type: 'replace-value', object: subject, path: place, value: choice }],
            })),
          });
        }
      }
    }
  },
};

/** Every typed configuration below a value. */
function typedConfigsIn(value: unknown, path: FieldPath): readonly Site[] {
  if (path.length > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => typedConfigsIn(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const field = { path: [...path, key], key, value: value[key] };
    const isTyped = (key === 'typed_config' || key === 'typedConfig') && (field.value ?? undefined) !== undefined;
    return [...(isTyped ? [field] : []), ...typedConfigsIn(field.value, field.path)];
  });
}
