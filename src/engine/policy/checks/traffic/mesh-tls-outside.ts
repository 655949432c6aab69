import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

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
    const { subject, isNamespaceKnown } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    if (host === undefined || host.includes('*')) return;
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known' || lookup.services.length === 0) return;
    // An alias leads to a Service, which may well be in the mesh.
    if (!lookup.services.every(({ external, object }) => external && object.kind === 'ServiceEntry')) return;
    const policies: readonly FieldPath[] = [['spec'], ...subsetsOf(subject).map(({ path }) => path)].map((path) => [
      ...path,
      'trafficPolicy',
    ]);
    for (const policy of policies) {
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
          related: lookup.services
            .slice(0, 3)
            .map(({ object }) => ({ message: 'It is declared here.', object, path: ['spec', 'hosts'] })),
        });
      }
    }
  },
};
