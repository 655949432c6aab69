import type { FieldPath } from '../../../../shared/text.ts';
import { isRecord, listOf, fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

/** Deeper than any configuration of Envoy. */
const maximumDepth = 64;

export const untypedConfig: ObjectCheck = {
  scope: 'object',
  code: 'MESH1807',
  rule: 'untyped-config',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A configuration in an EnvoyFilter does not say of which type it is, so Istio refuses it.',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const index of listOf(fieldOf(subject.spec, 'configPatches')).keys()) {
      const path = ['spec', 'configPatches', index, 'patch', 'value'];
      for (const place of untypedIn(valueAt(subject, path), path, 0)) {
        context.report(subject, place, {
          message: 'This configuration has no `@type`: nothing says what is configured, and Istio refuses it.',
          part: 'key',
        });
      }
    }
  },
};

function untypedIn(value: unknown, path: FieldPath, depth: number): readonly FieldPath[] {
  if (depth > maximumDepth) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => untypedIn(item, [...path, index], depth + 1));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, key];
    if (key !== 'typed_config' && key !== 'typedConfig') return untypedIn(inner, place, depth + 1);
    if (!isRecord(inner)) return [];
    const type = stringOf(inner['@type']);
    if (!type) return [place];
    // What a type of the filter's own contains follows no rules.
    return type.endsWith('.TypedStruct') ? [] : untypedIn(inner, place, depth + 1);
  });
}
