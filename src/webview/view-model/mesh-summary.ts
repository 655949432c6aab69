import type { TopologySummary } from '../../shared/topology.ts';
import { formatCount, formatPercent, formatRoundRate } from './number-format.ts';

/** The left half of the status line: `8 workloads · 5 services · 48/s · 0.4 % errors · 100 % mutual TLS`. */
export function summaryLine(summary: TopologySummary, isMeasured = true): string {
  const parts = [formatCount(summary.workloads, 'workload'), formatCount(summary.services, 'service')];
  if (summary.requests > 0) {
    parts.push(
      `${formatRoundRate(summary.requests).replace('/s', '')} requests/s`,
      summary.errorShare > 0 ? `${formatPercent(summary.errorShare)} errors` : 'no errors',
      `${formatPercent(summary.mutualTlsShare)} mutual TLS`,
    );
  } else parts.push(isMeasured ? 'no traffic' : 'traffic not known');
  return parts.join(' · ');
}
