import type { ObjectCheck } from '../check.ts';
import { unknownProvider } from './unknown-provider.ts';
import { accessLogWithoutProvider } from './access-log-without-provider.ts';
import { filterBehindTerminal } from './filter-behind-terminal.ts';
import { filterOfOtherKind } from './filter-of-other-kind.ts';
import { ignoredPatch } from './ignored-patch.ts';
import { patchForOtherProxies } from './patch-for-other-proxies.ts';
import { patchOrder } from './patch-order.ts';
import { retiredTracingProvider } from './retired-tracing-provider.ts';
import { telemetriesOfOneWorkload } from './telemetries-of-one-workload.ts';
import { telemetriesWithoutSelector } from './telemetries-without-selector.ts';

export const extensionsChecks: readonly ObjectCheck[] = [
  telemetriesOfOneWorkload,
  telemetriesWithoutSelector,
  accessLogWithoutProvider,
  retiredTracingProvider,
  patchOrder,
  ignoredPatch,
  patchForOtherProxies,
  filterBehindTerminal,
  filterOfOtherKind,
  unknownProvider,
];
