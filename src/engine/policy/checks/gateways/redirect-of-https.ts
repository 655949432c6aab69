import { valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { portsOf, selectingServices } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { readGateway } from './gateway-directory.ts';

export const redirectOfHttps: ObjectCheck = {
  scope: 'object',
  code: 'MESH1511',
  rule: 'redirect-of-https',
  aliases: [],
  severity: 'error',
  summary: 'A server redirects to HTTPS, but HTTPS leads to the same server, so clients are redirected for ever.',
  subject: Kinds.gateway,
  inputs: [workloadDirectory, selectingServices],
  run(context) {
    const { subject } = context;
    const { selector, servers } = readGateway(subject);
    if (Object.keys(selector).length === 0) return;
    const services = context.index(selectingServices);
    const published = context
      .index(workloadDirectory)
      .selected(selector)
      .flatMap((proxy) => services.of(proxy));
    for (const { port, path } of servers) {
      const place = [...path, 'tls', 'httpsRedirect'];
      if (valueAt(subject, place) !== true || port === undefined) continue;
      const loop = published.find((service) => {
        const ports = portsOf(service);
        const targets = ports
          .filter(({ number, target }) => number === port || target === port)
          .map(({ target }) => target);
        return port !== 443 && ports.some(({ number, target }) => number === 443 && targets.includes(target));
      });
      if (!loop) continue;
      context.report(subject, place, {
        message: `Service \`${loop.name}\` leads port 443 to this server, too: a request by HTTPS, opened by the load balancer in front, arrives here as plain HTTP and is redirected to HTTPS again. Lead 443 to a port of its own, without the redirect.`,
        part: 'value',
        related: [{ message: 'Both ports lead to one.', object: loop, path: ['spec', 'ports'] }],
      });
    }
  },
};
