import { isRecord, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { ruleHostOf, trafficPolicyPaths } from './rule-host.ts';

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
    const { subject } = context;
    const known = ruleHostOf(context);
    if (!known) return;
    const { host, services } = known;
    const ports = services.flatMap((service) => service.ports);
    if (ports.length === 0 || ports.some(({ protocol }) => protocol === 'http' || protocol === 'auto')) return;
    for (const policy of trafficPolicyPaths(subject)) {
      const path = [...policy, 'loadBalancer', 'consistentHash'];
      const hash = valueAt(subject, path);
      const key = isRecord(hash) ? ofRequests.find((each) => hash[each] !== undefined) : undefined;
      if (key === undefined) continue;
      const list = ports.map(({ number, name }) => `${String(number)}${name === '' ? '' : ` (${name})`}`).join(', ');
      context.report(subject, [...path, key], {
        message: `Proxies read no requests on the ports of \`${host}\`, ${list}, so there is nothing to make a hash of: connections go to any endpoint. \`useSourceIp\` works for connections.`,
        part: 'key',
        related: services
          .slice(0, 3)
          .map(({ object }) => ({ message: 'The ports are declared here.', object, path: ['spec', 'ports'] })),
      });
    }
  },
};
