import type { ObjectCheck } from '../check.ts';
import { meshTlsOutside } from './mesh-tls-outside.ts';
import { hashOfNoRequest } from './hash-of-no-request.ts';
import { unroutedSubsetPolicy } from './unrouted-subset-policy.ts';
import { portSettings } from './port-settings.ts';
import { competingDestinationRules } from './competing-destination-rules.ts';
import { lostMutualTls } from './lost-mutual-tls.ts';
import { noServerAuthority } from './no-server-authority.ts';
import { outlierNeverEjects } from './outlier-never-ejects.ts';
import { subsetSelectsNothing } from './subset-selects-nothing.ts';
import { subsetWithoutLabels } from './subset-without-labels.ts';
import { unknownDestinationRuleHost } from './unknown-destination-rule-host.ts';

export const trafficChecks: readonly ObjectCheck[] = [
  subsetSelectsNothing,
  unknownDestinationRuleHost,
  outlierNeverEjects,
  noServerAuthority,
  competingDestinationRules,
  lostMutualTls,
  subsetWithoutLabels,
  portSettings,
  unroutedSubsetPolicy,
  hashOfNoRequest,
  meshTlsOutside,
];
