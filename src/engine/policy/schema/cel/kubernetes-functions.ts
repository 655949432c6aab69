/** Functions that Kubernetes adds to CEL, and the extensions of CEL that it offers. */
import type { CelFunc } from '@bufbuild/cel';
import { formatFunctions } from './format-functions.ts';
import { listFunctions } from './list-functions.ts';
import { networkFunctions } from './network-functions.ts';
import { optionalFunctions } from './optional-functions.ts';
import { quantityFunctions } from './quantity-functions.ts';
import { textFunctions } from './text-functions.ts';

export const kubernetesFunctions: readonly CelFunc[] = [
  ...optionalFunctions,
  ...textFunctions,
  ...networkFunctions,
  ...formatFunctions,
  ...quantityFunctions,
  ...listFunctions,
];
