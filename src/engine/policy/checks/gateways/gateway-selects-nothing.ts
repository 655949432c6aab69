import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { reportEmptySelector, selectsNothing } from '../directories/empty-selector.ts';
import { selectorOf } from '../directories/selector-of.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { gatewayProxies } from './gateway-proxies.ts';

export const gatewaySelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH1501',
  rule: 'gateway-selects-nothing',
  aliases: ['IST0101', 'KIA0302'],
  severity: 'error',
  summary: 'No workload has the labels that a Gateway selects, so no proxy serves it.',
  subject: Kinds.gateway,
  inputs: [workloadDirectory, gatewayProxies],
  run(context) {
    const selector = selectorOf(context.subject);
    if (!selector) return;
    const directory = context.index(workloadDirectory);
    // A Gateway selects proxies of any namespace.
    const scope = { isMeshWide: true };
    if (!selectsNothing(context, directory, selector, scope)) return;
    const { areAllKnown, someKnown } = context.index(gatewayProxies);
    // Gateway proxies are mostly installed apart from what they serve.
    if (!areAllKnown && !someKnown) return;
    reportEmptySelector(context, directory, selector, {
      ...scope,
      consequence: 'so no proxy serves this Gateway',
      ...(!areAllKnown && { severity: 'warning' }),
    });
  },
};
