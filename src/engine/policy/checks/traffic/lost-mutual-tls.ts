import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { hostCovers, isWildcard, resolveHost } from '../../semantics/hosts.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { meshConfiguration } from '../mesh-config/mesh-configuration.ts';

const tlsPath = ['spec', 'trafficPolicy', 'tls', 'mode'];

interface WideRule {
  readonly object: MeshObject;
  readonly host: string;
  readonly mode: string;
}

/** A rule for all services of the mesh or of a namespace that turns mutual TLS on. */
function wideRuleOf(object: MeshObject, settings: ResolvedMeshSettings): WideRule | undefined {
  const host = stringOf(fieldOf(object.spec, 'host')) ?? '';
  const mode = stringOf(valueAt(object, tlsPath));
  if (!isWildcard(host) || (mode !== 'MUTUAL' && mode !== 'ISTIO_MUTUAL')) return undefined;
  return { object, host: resolveHost(host, object.namespace, settings), mode };
}

const wideRules: Index<readonly WideRule[]> = {
  inputs: [Kinds.destinationRule],
  relevant: (object, settings) => {
    const rule = wideRuleOf(object, settings);
    return rule && [rule.host, rule.mode];
  },
  build: (objects, settings) =>
    objects.ofKind(Kinds.destinationRule).flatMap((object) => wideRuleOf(object, settings) ?? []),
};

export const lostMutualTls: ObjectCheck = {
  scope: 'object',
  code: 'MESH1404',
  rule: 'lost-mutual-tls',
  aliases: ['KIA0204'],
  severity: 'warning',
  summary: 'A DestinationRule without TLS settings takes the place of a wider one that has mutual TLS.',
  subject: Kinds.destinationRule,
  inputs: [wideRules, meshConfiguration],
  run(context) {
    const { subject, settings } = context;
    const written = stringOf(fieldOf(subject.spec, 'host')) ?? '';
    if (written === '' || isRecord(valueAt(subject, ['spec', 'trafficPolicy', 'tls']))) return;
    const host = resolveHost(written, subject.namespace, settings);
    const { configs } = context.index(meshConfiguration);
    const isAutomatic = configs.every((config) => config.enableAutoMtls !== false);
    const lost = context.index(wideRules).find(
      (wide) =>
        wide.object !== subject &&
        wide.host !== host &&
        hostCovers(wide.host, host) &&
        (wide.object.namespace === subject.namespace || wide.object.namespace === settings.rootNamespace) &&
        // Proxies use Istio's own mutual TLS between each other without being told.
        !(isAutomatic && wide.mode === 'ISTIO_MUTUAL'),
    );
    if (!lost) return;
    const { namespace, name } = lost.object;
    context.report(subject, ['spec', 'host'], {
      message: `DestinationRule \`${namespace}/${name}\` sets ${lost.mode} for \`${lost.host}\`. This rule takes its place for \`${written}\` and has no TLS settings, so connections are plain text.`,
      part: 'value',
      related: [{ message: 'The wider rule.', object: lost.object, path: tlsPath }],
    });
  },
};
