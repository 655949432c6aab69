import type { InstantSample } from './prometheus-api.ts';

/** Windows a person can choose, in seconds. */
const windows = [60, 300, 600, 1800, 3600, 10_800, 21_600];

function words(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}\u202fh`;
  return seconds % 60 === 0 ? `${seconds / 60}\u202fmin` : `${seconds}\u202fs`;
}

/**
 * Why no request was found, from how many samples there are (see `sampleCountQuery`), with a way forward. Undefined where
 * there is enough: then nothing flowed.
 */
export function whyNoRequests(counts: readonly InstantSample[], window: number, shown: string): string | undefined {
  const countOf = (name: string): number => counts.find(({ labels }) => labels['of'] === name)?.value ?? 0;
  const inWindow = countOf('window');
  const inHour = Math.max(inWindow, countOf('hour'));
  if (inHour === 0) {
    return (
      `Prometheus at ${shown} has no istio_requests_total: it does not scrape the mesh's proxies. ` +
      'Add Istio’s scrape configuration (or a PodMonitor for port http-envoy-prom) to it; rates appear after two scrapes.'
    );
  }
  // A rate needs two samples.
  if (inWindow >= 2) return undefined;
  if (inHour === inWindow)
    return `Prometheus at ${shown} has scraped the mesh only once so far: rates appear after its next scrape.`;
  const interval = Math.round(3600 / inHour);
  const enough = windows.find((choice) => choice > window && choice >= 2 * interval);
  const way = enough === undefined ? 'Scrape more often.' : `Choose a window of at least ${words(enough)}.`;
  return `Prometheus at ${shown} scrapes about every ${words(interval)}, so a window of ${words(window)} holds too few samples. ${way}`;
}
