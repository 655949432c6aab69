import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

const ofRequests = ['httpHeaderName', 'httpCookie', 'httpQueryParameterName'] as const;

export const hashOfNoRequest: ObjectCheck = {
  scope: 'object',
  code: 'MESH1455',
  rule: 'hash-of-no-request',
  aliases: [],
  severity: 'warning',
  summary:
    'Endpoints are chosen by a header, cookie or parameter of requests, but proxies read no requests of the host.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    if (host === undefined || host.includes('*')) return;
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known') return;
    const ports = lookup.services.flatMap((service) => service.ports);
    if (ports.length === 0 || ports.some(({ protocol }) => protocol === 'http' || protocol === 'auto')) return;
    const places: readonly FieldPath[] = [['spec'], ...subsetsOf(subject).map(({ path }) => path)];
    for (const place of places) {
      const path = [...place, 'trafficPolicy', 'loadBalancer', 'consistentHash'];
      const hash = valueAt(subject, path);
      const key = isRecord(hash) ? ofRequests.find((each) => hash[each] !== undefined) : undefined;
      if (key === undefined) continue;
      const list = ports.map(({ number, name }) => `${String(number)}${name === '' ? '' : ` (${name})`}`).join(', ');
      context.report(subject, [...path, key], {
        message: `Proxies read no requests on the ports of \`${host}\`, ${list}, so there is nothing to make a hash of: connections go to any endpoint. \`useSourceIp\` works for connections.`,
        part: 'key',
        related: lookup.services
          .slice(0, 3)
          .map(({ object }) => ({ message: 'The ports are declared here.', object, path: ['spec', 'ports'] })),
      });
    }
  },
};
