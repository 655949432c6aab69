import { fieldOf, isRecord, listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { meshConfiguration } from '../mesh-config/mesh-configuration.ts';

export const accessLogWithoutProvider: ObjectCheck = {
  scope: 'object',
  code: 'MESH1803',
  rule: 'access-log-without-provider',
  aliases: ['IST0157'],
  severity: 'warning',
  summary: 'A Telemetry asks for access logs and names no provider, and the mesh has no default one.',
  subject: Kinds.telemetry,
  inputs: [meshConfiguration],
  run(context) {
    const { subject } = context;
    const { configs, isKnown } = context.index(meshConfiguration);
    if (configs.some((config) => listOf(valueAt(config, ['defaultProviders', 'accessLogging'])).length > 0)) return;
    for (const [index, entry] of listOf(fieldOf(subject.spec, 'accessLogging')).entries()) {
      if (!isRecord(entry) || entry.disabled === true || listOf(entry.providers).length > 0) continue;
      const path = ['spec', 'accessLogging', index];
      const unless = isKnown ? 'The mesh configuration has none' : 'Unless the mesh configuration has one';
      context.report(subject, path, {
        message: `No \`providers\`, so the default provider is meant. ${unless} in \`defaultProviders.accessLogging\`${isKnown ? ': nothing is logged' : ', nothing is logged'}.`,
        fixes: [
          {
            title: 'Log to standard output with provider `envoy`',
            changes: [{ type: 'insert-field', object: subject, path, key: 'providers', value: [{ name: 'envoy' }] }],
          },
        ],
      });
    }
  },
};
