import { listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { ruleHostOf, trafficPolicyPaths } from './rule-host.ts';

export const meshTlsOutside: ObjectCheck = {
  scope: 'object',
  code: 'MESH1457',
  rule: 'mesh-tls-outside',
  aliases: [],
  severity: 'warning',
  summary: 'Clients use mutual TLS of the mesh for a host outside of it, which knows nothing of its certificates.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory],
  run(context) {
    const { subject } = context;
    const known = ruleHostOf(context);
    if (!known) return;
    const { host, services } = known;
    // An alias leads to a Service, which may well be in the mesh.
    if (!services.every(({ external, object }) => external && object.kind === 'ServiceEntry')) return;
    for (const policy of trafficPolicyPaths(subject)) {
      const ports = listOf(valueAt(subject, [...policy, 'portLevelSettings'])).map((_, index) => [
        ...policy,
        'portLevelSettings',
        index,
      ]);
      for (const path of [policy, ...ports]) {
        const place = [...path, 'tls', 'mode'];
        if (valueAt(subject, place) !== 'ISTIO_MUTUAL') continue;
        context.report(subject, place, {
          message: `\`${host}\` is outside of the mesh: the ServiceEntry says so. Its server does not accept certificates of the mesh, nor have one that clients accept, so connections fail. \`SIMPLE\` is TLS as browsers use it.`,
          part: 'value',
          related: services
            .slice(0, 3)
            .map(({ object }) => ({ message: 'It is declared here.', object, path: ['spec', 'hosts'] })),
        });
      }
    }
  },
};
