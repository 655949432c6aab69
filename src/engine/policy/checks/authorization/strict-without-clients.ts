import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { hostCovers } from '../../semantics/hosts.ts';
import { isAutoMtls } from '../../semantics/mutual-tls.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { wideHostOf } from './wide-host.ts';

/** The host of a DestinationRule that switches mutual TLS on for more than one host. */
function wideMutualHost({ spec }: MeshObject): string | undefined {
  const host = stringOf(fieldOf(spec, 'host'));
  const mode = stringOf(valueAt(spec, ['trafficPolicy', 'tls', 'mode']));
  return host?.startsWith('*') === true && (mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL') ? host : undefined;
}

const wideMutualHosts: Index<readonly string[]> = {
  inputs: [Kinds.destinationRule],
  relevant: wideMutualHost,
  build: (objects) => objects.ofKind(Kinds.destinationRule).flatMap((object) => wideMutualHost(object) ?? []),
};

export const strictWithoutClients: ObjectCheck = {
  scope: 'object',
  code: 'MESH1722',
  rule: 'strict-without-clients',
  aliases: ['KIA0401', 'KIA0501'],
  severity: 'error',
  summary: 'Mutual TLS is demanded, but automatic mutual TLS is off and no DestinationRule tells clients to use it.',
  subject: Kinds.peerAuthentication,
  inputs: [wideMutualHosts],
  run(context) {
    const { subject, settings } = context;
    const path = ['spec', 'mtls', 'mode'];
    if (isAutoMtls(settings) || valueAt(subject, path) !== 'STRICT' || readPolicyTarget(subject.spec).selector) return;
    const host = wideHostOf(subject.namespace, settings);
    if (context.index(wideMutualHosts).some((wide) => hostCovers(wide, host))) return;
    context.report(subject, path, {
      message: `Automatic mutual TLS is off, and no DestinationRule for \`${host}\` tells clients to use it: calls fail.`,
      part: 'value',
      fixes: [
        {
          title: `Add a DestinationRule for \`${host}\` with \`ISTIO_MUTUAL\``,
          changes: [{ type: 'append-document', object: subject, value: clientRule(subject, host) }],
        },
      ],
    });
  },
};

function clientRule({ namespace }: MeshObject, host: string): unknown {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'mutual-tls', namespace },
    spec: { host, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
  };
}
