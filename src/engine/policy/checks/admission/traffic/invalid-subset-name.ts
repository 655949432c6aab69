import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isDnsLabel } from '../formats/host-names.ts';
import { destinationPatterns } from '../services/destinations.ts';
import { textsIn } from '../sites.ts';

export const invalidSubsetName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2229',
  rule: 'invalid-subset-name',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'The name of a subset is none, or is given twice.',
  refusedBy: 'webhook',
  subject: [Kinds.destinationRule, Kinds.virtualService, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, 'subsets[].name', ...destinationPatterns('subset'))) {
      const isOwn = path[1] === 'subsets';
      if (isDnsLabel(value) || (value === '' && !isOwn)) continue;
      const message =
        value === ''
          ? 'A subset needs a name.'
          : `\`${value}\` cannot be the name of a subset: letters, digits and \`-\`, with a letter or digit at both ends, at most 63.`;
      context.report(subject, path, { message, part: value === '' ? 'key' : 'value' });
    }
    const seen = new Map<string, (typeof own)[number]>();
    const own = textsIn(subject, 'subsets[].name');
    for (const site of own) {
      const earlier = seen.get(site.value);
      if (!earlier) seen.set(site.value, site);
      else {
        context.report(subject, site.path, {
          message: `There are two subsets \`${site.value}\`.`,
          part: 'value',
          related: [{ message: 'The first one.', object: subject, path: earlier.path }],
        });
      }
    }
  },
};
