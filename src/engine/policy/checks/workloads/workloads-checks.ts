import type { ObjectCheck } from '../check.ts';
import { misspeltLabel } from './misspelt-label.ts';
import { injectionLabel } from './injection-label.ts';
import { templateWithoutLabels } from './template-without-labels.ts';
import { alphaAnnotation } from './alpha-annotation.ts';
import { deprecatedAnnotation } from './deprecated-annotation.ts';
import { imageAuto } from './image-auto.ts';
import { invalidAnnotation } from './invalid-annotation.ts';
import { misplacedAnnotation } from './misplaced-annotation.ts';
import { namespaceNotInjected } from './namespace-not-injected.ts';
import { podWithoutSidecar } from './pod-without-sidecar.ts';
import { proxyImageMismatch } from './proxy-image-mismatch.ts';
import { proxyUserCheck } from './proxy-user.ts';
import { severalInjectionLabels } from './several-injection-labels.ts';
import { uncoveredWorkload } from './uncovered-workload.ts';
import { unknownAnnotation } from './unknown-annotation.ts';
import { workloadGroupAccount } from './workload-group-account.ts';
import { workloadGroupLabels } from './workload-group-labels.ts';

export const workloadsChecks: readonly ObjectCheck[] = [
  namespaceNotInjected,
  podWithoutSidecar,
  severalInjectionLabels,
  unknownAnnotation,
  misplacedAnnotation,
  invalidAnnotation,
  deprecatedAnnotation,
  alphaAnnotation,
  proxyUserCheck,
  imageAuto,
  proxyImageMismatch,
  workloadGroupAccount,
  workloadGroupLabels,
  uncoveredWorkload,
  templateWithoutLabels,
  injectionLabel,
  misspeltLabel,
];
