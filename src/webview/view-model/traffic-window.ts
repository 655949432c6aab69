import type { PanelSource } from '../../shared/panel-protocol.ts';

const localWindows = [10, 60, 300] as const;
const clusterWindows = [60, 300, 600, 1800, 3600, 10_800, 21_600] as const;

/** Windows that can be chosen, in seconds. A Prometheus scrapes seldom, and remembers long. */
export function windowsOf(source: PanelSource['source']): readonly number[] {
  return source === 'local' ? localWindows : clusterWindows;
}

/** The window itself where the source has it, else the one that people mean first. */
export function windowFor(source: PanelSource['source'], seconds: number): number {
  if (source === 'local') return seconds <= 3600 ? seconds : 60;
  return windowsOf(source).includes(seconds) ? seconds : 600;
}

export function windowText(seconds: number): string {
  if (seconds < 60) return `Last ${String(seconds)} s`;
  return seconds < 3600 ? `Last ${String(seconds / 60)} min` : `Last ${String(seconds / 3600)} h`;
}
