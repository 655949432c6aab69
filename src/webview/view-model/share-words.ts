import { formatNumber, formatPercent } from './number-format.ts';

/** A share, and what it is worth: after a change of routes it stands on the requests since then only. */
export function shareWords(share: number, requests: number | undefined): string {
  const percent = formatPercent(share);
  return requests === undefined ? percent : `${percent} of ${formatNumber(requests)} requests since the routes changed`;
}
