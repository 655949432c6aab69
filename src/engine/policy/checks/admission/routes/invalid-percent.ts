import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { trafficPolicyPatterns } from '../traffic/traffic-policies.ts';
import { numbersIn } from '../sites.ts';

/** Smaller shares than this cannot be told from none. */
const smallestShare = 0.0001;

const shares = ['http[].fault.abort.percentage.value', 'http[].fault.delay.percentage.value'];
const percents = [
  'http[].mirrorPercent',
  'http[].mirror_percent',
  'http[].mirrorPercentage.value',
  'http[].mirrors[].percentage.value',
];
const ejections = trafficPolicyPatterns('outlierDetection.maxEjectionPercent', 'outlierDetection.minHealthPercent');

export const invalidPercent: ObjectCheck = {
  scope: 'object',
  code: 'MESH2213',
  rule: 'invalid-percent',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A percentage is not between 0 and 100.',
  refusedBy: 'webhook',
  subject: [Kinds.virtualService, Kinds.destinationRule],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isRule = kindKey(subject) === Kinds.destinationRule;
    for (const { path, value } of numbersIn(subject, ...(isRule ? ejections : [...shares, ...percents]))) {
      if (value >= 0 && value <= 100) continue;
      context.report(subject, path, { message: 'A percentage is from 0 to 100.', part: 'value' });
    }
    for (const { path, value } of isRule ? [] : numbersIn(subject, ...shares)) {
      if (value <= 0 || value >= smallestShare) continue;
      const message = `The smallest share that can be injected is ${String(smallestShare)} %.`;
      context.report(subject, path, { message, part: 'value' });
    }
  },
};
