import { Kinds } from '../../../../model/kinds.ts';
import { hostCovers } from '../../../semantics/hosts.ts';
import type { ObjectCheck } from '../../check.ts';
import { hostsOf } from '../../routing/virtual-service-view.ts';
import { isIpAddress } from '../formats/addresses.ts';
import { sitesIn, textsIn } from '../sites.ts';
import { virtualServiceHostProblem } from './virtual-service-hosts.ts';

export const incompatibleSni: ObjectCheck = {
  scope: 'object',
  code: 'MESH2217',
  rule: 'incompatible-sni',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A TLS rule matches a server name that is none of the hosts, or none at all.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const hosts = hostsOf(subject).map(({ host }) => host);
    for (const { path, value } of textsIn(subject, 'tls[].match[].sniHosts[]')) {
      const problem = virtualServiceHostProblem(subject, value);
      if (problem !== undefined && isIpAddress(value)) {
        const message = 'Server names are names: most clients send none for an IP address, so this matches little.';
        context.report(subject, path, { message, part: 'value', severity: 'warning' });
      } else if (problem !== undefined) {
        context.report(subject, path, { message: `The server name \`${value}\` ${problem}.`, part: 'value' });
      } else if (!hosts.some((host) => hostCovers(host, value))) {
        const message = `\`${value}\` is not among the hosts of this VirtualService; server names must be.`;
        const related = hosts.length > 0 ? [{ message: 'The hosts.', object: subject, path: ['spec', 'hosts'] }] : [];
        context.report(subject, path, { message, part: 'value', related });
      }
    }
    for (const { path, value } of sitesIn(subject, 'tls[].match[].sniHosts', 'tls[].match')) {
      if (!Array.isArray(value) || value.length > 0) continue;
      const message = 'A TLS rule needs at least one match with a server name.';
      context.report(subject, path, { message, part: 'key' });
    }
  },
};
