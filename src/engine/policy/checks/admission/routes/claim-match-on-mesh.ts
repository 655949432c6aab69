import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { gatewaysOf } from '../../routing/virtual-service-view.ts';
import { isClaimName } from '../formats/header-format.ts';
import { sitesIn } from '../sites.ts';

export const claimMatchOnMesh: ObjectCheck = {
  scope: 'object',
  code: 'MESH2215',
  rule: 'claim-match-on-mesh',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A route of the mesh matches claims of a token, which only gateways can.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    if (!gatewaysOf(subject).includes('mesh')) return;
    for (const { key, path } of sitesIn(subject, 'http[].match[].headers{}', 'http[].match[].withoutHeaders{}')) {
      if (!isClaimName(key)) continue;
      const message = 'Claims of a token can be matched at gateways only, and this VirtualService is also for `mesh`.';
      context.report(subject, path, { message, part: 'key' });
    }
  },
};
