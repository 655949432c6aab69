import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

const filterTypes = ['NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER'];

export const missingTypedConfig: ObjectCheck = {
  scope: 'object',
  code: 'MESH2275',
  rule: 'missing-typed-config',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'A patch puts in a filter by its name alone, which Envoy finds by the type of its configuration.',
  warnedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[]')) {
      const patch = fieldOf(value, 'patch');
      const content = fieldOf(patch, 'value');
      const isFilter = filterTypes.includes(stringOf(fieldOf(value, 'applyTo')) ?? '');
      if (!isFilter || fieldOf(fieldOf(value, 'match'), 'context') === 'WAYPOINT' || !isRecord(content)) continue;
      const keys = ['typed_config', 'typedConfig', 'config_discovery', 'configDiscovery'];
      if (keys.some((key) => (fieldOf(content, key) ?? undefined) !== undefined)) continue;
      // The form of the API v2.
      if (isRecord(fieldOf(content, 'config'))) {
        context.report(subject, [...path, 'patch', 'value', 'config'], {
          message:
            'Envoy has no `config` of filters any more: write it as `typed_config`, with the `@type` of the filter.',
          part: 'key',
        });
        continue;
      }
      const message = 'This filter needs `typed_config` with its `@type`; Envoy no longer finds filters by name.';
      context.report(subject, [...path, 'patch', 'value'], { message, part: 'key' });
    }
  },
};
