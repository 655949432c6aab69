import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { meshConfiguration } from '../mesh-config/mesh-configuration.ts';

export const retiredTracingProvider: ObjectCheck = {
  scope: 'object',
  code: 'MESH1804',
  rule: 'retired-tracing-provider',
  aliases: ['IST0002'],
  severity: 'warning',
  summary: 'A Telemetry sends traces to a Lightstep provider, which is deprecated.',
  subject: Kinds.telemetry,
  inputs: [meshConfiguration],
  run(context) {
    const { subject } = context;
    const retired = new Set(
      context.index(meshConfiguration).configs.flatMap((config) =>
        listOf(config.extensionProviders)
          .filter((provider) => fieldOf(provider, 'lightstep') !== undefined)
          .map((provider) => stringOf(fieldOf(provider, 'name'))),
      ),
    );
    for (const [index, tracing] of listOf(fieldOf(subject.spec, 'tracing')).entries()) {
      for (const [number, provider] of listOf(valueAt(tracing, ['providers'])).entries()) {
        const name = stringOf(fieldOf(provider, 'name'));
        if (name === undefined || !retired.has(name)) continue;
        context.report(subject, ['spec', 'tracing', index, 'providers', number, 'name'], {
          message: `Provider \`${name}\` is of type Lightstep, which is deprecated. Lightstep takes OpenTelemetry: use a provider of that type.`,
          part: 'value',
        });
      }
    }
  },
};
