import type { ObjectCheck } from '../check.ts';
import { outlierNeverEjects } from './outlier-never-ejects.ts';
import { subsetSelectsNothing } from './subset-selects-nothing.ts';
import { unknownDestinationRuleHost } from './unknown-destination-rule-host.ts';

export const trafficChecks: readonly ObjectCheck[] = [
  subsetSelectsNothing,
  unknownDestinationRuleHost,
  outlierNeverEjects,
];
