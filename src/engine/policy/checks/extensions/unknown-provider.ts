import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { meshConfiguration } from '../mesh-config/mesh-configuration.ts';

/** Every mesh has them. */
const builtIn: readonly string[] = ['envoy', 'prometheus', 'stackdriver'];

export const unknownProvider: ObjectCheck = {
  scope: 'object',
  code: 'MESH1809',
  rule: 'unknown-provider',
  aliases: [],
  severity: 'error',
  summary: 'A policy or a Telemetry names a provider that the mesh configuration does not have.',
  subject: [Kinds.authorizationPolicy, Kinds.telemetry],
  inputs: [meshConfiguration],
  run(context) {
    const { subject } = context;
    const { configs, isKnown } = context.index(meshConfiguration);
    const listed = configs.flatMap((config) =>
      listOf(fieldOf(config, 'extensionProviders')).flatMap((provider) => stringOf(fieldOf(provider, 'name')) ?? []),
    );
    // A configuration without any may be a part of the whole: what is set elsewhere is merged into it.
    if (!isKnown || listed.length === 0) return;
    const known = [...listed, ...builtIn];
    const isPolicy = subject.kind === 'AuthorizationPolicy';
    for (const { name, path } of isPolicy ? authorizerOf(subject) : telemetryProvidersOf(subject)) {
      if (known.includes(name)) continue;
      const near = nearestNames(name, known);
      const effect = isPolicy ? 'requests that the rules are for are all refused' : 'nothing is sent there';
      context.report(subject, path, {
        message: `The mesh configuration has no provider \`${name}\` in \`extensionProviders\`: ${effect}.${didYouMean(near)}`,
        part: 'value',
        fixes: near.map((value, index) => ({
          title: `Replace with \`${value}\``,
          isPreferred: index === 0,
          changes: [{ type: 'replace-value', object: subject, path, value }],
        })),
      });
    }
  },
};

interface NamedProvider {
  readonly name: string;
  readonly path: FieldPath;
}

function named(object: MeshObject, path: FieldPath): readonly NamedProvider[] {
  const name = stringOf(valueAt(object, path));
  return name === undefined || name === '' ? [] : [{ name, path }];
}

const authorizerOf = (policy: MeshObject): readonly NamedProvider[] =>
  fieldOf(policy.spec, 'action') === 'CUSTOM' ? named(policy, ['spec', 'provider', 'name']) : [];

const telemetryProvidersOf = (telemetry: MeshObject): readonly NamedProvider[] =>
  ['tracing', 'metrics', 'accessLogging'].flatMap((part) =>
    listOf(fieldOf(telemetry.spec, part)).flatMap((entry, index) =>
      listOf(fieldOf(entry, 'providers')).flatMap((_, number) =>
        named(telemetry, ['spec', part, index, 'providers', number, 'name']),
      ),
    ),
  );
