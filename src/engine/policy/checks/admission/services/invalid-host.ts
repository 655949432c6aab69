import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import { fieldOf } from '../../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../../check.ts';
import { isIpAddress } from '../formats/addresses.ts';
import {
  destinationHostProblem,
  hostNameProblem,
  isPartialWildcard,
  wildcardHostProblem,
} from '../formats/host-names.ts';
import { isForGateways, virtualServiceHostProblem } from '../routes/virtual-service-hosts.ts';
import type { TextSite } from '../sites.ts';
import { textsIn } from '../sites.ts';
import { destinationPatterns } from './destinations.ts';

export const invalidHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH2230',
  rule: 'invalid-host',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A text cannot be the name of a host, or not in this place.',
  refusedBy: 'webhook',
  subject: [Kinds.virtualService, Kinds.destinationRule, Kinds.serviceEntry, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, 'hosts[]', 'host')) {
      const problem = ownHostProblem(subject, value);
      if (problem !== undefined) {
        context.report(subject, path, { message: `The host \`${value}\` ${problem}.`, part: 'value' });
      } else if (isLooselyMatched(subject, value)) {
        const message = `\`${value}\`: the wildcard of a ServiceEntry stands for whole parts of a name, as in \`*.example.com\`.`;
        context.report(subject, path, { message, part: 'value', severity: 'warning' });
      }
    }
    for (const { path, value } of textsIn(subject, ...destinationPatterns('host'))) {
      const problem = destinationProblem(subject, { path, key: 'host', value });
      if (problem !== undefined) {
        context.report(subject, path, { message: `The host \`${value}\` ${problem}.`, part: 'value' });
      }
    }
  },
};

function ownHostProblem(subject: MeshObject, host: string): string | undefined {
  switch (kindKey(subject)) {
    case Kinds.virtualService: {
      if (host === '*' && !isForGateways(subject)) {
        return 'cannot be used for `mesh`; name the hosts, or bind the VirtualService to a gateway';
      }
      return isIpAddress(host) ? undefined : virtualServiceHostProblem(subject, host);
    }
    case Kinds.serviceEntry:
      return host === '*' ? 'stands for everything, which a ServiceEntry cannot' : wildcardHostProblem(host);
    default:
      return wildcardHostProblem(host);
  }
}

function isLooselyMatched(subject: MeshObject, host: string): boolean {
  const isEntry = kindKey(subject) === Kinds.serviceEntry;
  return isEntry && fieldOf(subject.spec, 'resolution') !== 'DYNAMIC_DNS' && isPartialWildcard(host);
}

function destinationProblem(subject: MeshObject, { value }: TextSite): string | undefined {
  const isSidecar = kindKey(subject) === Kinds.sidecar;
  return (isSidecar && value !== '*' ? hostNameProblem : destinationHostProblem)(value);
}
