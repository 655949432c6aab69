import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { FilterPlace } from '../admission/extensions/envoy-types.ts';
import { placeOfType } from '../admission/extensions/envoy-types.ts';
import { sitesIn } from '../admission/sites.ts';
import type { ObjectCheck } from '../check.ts';

const places: Readonly<Record<string, FilterPlace>> = {
  HTTP_FILTER: 'http',
  NETWORK_FILTER: 'network',
  LISTENER_FILTER: 'listener',
};

const words: Readonly<Record<FilterPlace, string>> = {
  http: 'a filter of HTTP',
  network: 'a network filter',
  listener: 'a listener filter',
};

export const filterOfOtherKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH1808',
  rule: 'filter-of-other-kind',
  aliases: [],
  severity: 'error',
  summary: 'A patch puts in a filter where Envoy has filters of another kind, so it refuses the listener.',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[]')) {
      const applyTo = stringOf(fieldOf(value, 'applyTo')) ?? '';
      const expected = Object.hasOwn(places, applyTo) ? places[applyTo] : undefined;
      const key = ['typed_config', 'typedConfig'].find(
        (each) => valueAt(value, ['patch', 'value', each]) !== undefined,
      );
      if (expected === undefined || key === undefined) continue;
      const type = stringOf(valueAt(value, ['patch', 'value', key, '@type'])) ?? '';
      const found = placeOfType(type);
      if (found === undefined || found === expected) continue;
      const right = Object.entries(places).find(([, place]) => place === found)?.[0] ?? '';
      context.report(subject, [...path, 'patch', 'value', key, '@type'], {
        message: `This is ${words[found]}, but the patch applies to ${applyTo}: Envoy refuses the listener, and keeps its old configuration. Write \`applyTo: ${right}\`.`,
        part: 'value',
      });
    }
  },
};
