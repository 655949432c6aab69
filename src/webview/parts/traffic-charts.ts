import { html, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { TrafficRates, TrafficSeries } from '../../shared/topology.ts';
import { formatClock } from '../view-model/clock-format.ts';
import { formatDuration, formatPercent, formatRate } from '../view-model/number-format.ts';
import { latest, peak, sparkline } from '../view-model/sparkline.ts';

const width = 294;
const height = 40;

/** Three small charts: requests, errors, latency. Without a series, their frames stand with the current numbers. */
export function trafficCharts(rates: TrafficRates, series: TrafficSeries | undefined): TemplateResult {
  const requests = series?.requests ?? [];
  const errors = series?.errorShare ?? [];
  const p50 = series?.p50 ?? [];
  const p95 = series?.p95 ?? [];
  const span =
    series === undefined
      ? ''
      : `since ${formatClock(Date.parse(series.asOf) - series.step * 1000 * (requests.length - 1), true)}`;
  const latency =
    rates.p50 === undefined ? '–' : `${formatDuration(rates.p50)} · ${formatDuration(rates.p95 ?? rates.p50)}`;
  const highest = (value: number | undefined, format: (value: number) => string): string =>
    value === undefined ? '' : `, at most ${format(value)}`;
  return html`<div class="charts">
    ${chart(
      'Requests',
      formatRate(rates.requests),
      [{ values: requests, kind: 'requests' }],
      peak(requests) * 1.1,
      `${span}${highest(series && peak(requests), formatRate)}`,
    )}
    ${chart(
      'Errors',
      formatPercent(rates.errorShare),
      [{ values: errors, kind: 'errors' }],
      Math.max(0.02, peak(errors)),
      `${span}${highest(series && peak(errors), formatPercent)}`,
    )}
    ${chart(
      'Latency p50 · p95',
      latency,
      [
        { values: p95, kind: 'latency-high' },
        { values: p50, kind: 'latency' },
      ],
      peak(p50, p95) * 1.1,
      `${span}${highest(latest(p95) === undefined ? undefined : peak(p95), formatDuration)}`,
    )}
  </div>`;
}

interface Line {
  readonly values: readonly (number | null)[];
  readonly kind: string;
}

function chart(name: string, value: string, lines: readonly Line[], max: number, detail: string): TemplateResult {
  return html`<figure class="chart" title=${detail}>
    <figcaption><span class="quiet">${name}</span><b>${value}</b></figcaption>
    <svg
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${`${name}: ${value}, ${detail}`}
    >
      <line class="chart-base" x1="0" x2=${width} y1=${height - 0.5} y2=${height - 0.5}></line>
      ${lines.map(({ values, kind }) => {
        const { line, area } = sparkline(values, width, height, max);
        return svg`<path class="chart-area ${kind}" d=${area}></path><path class="chart-line ${kind}" d=${line}></path>`;
      })}
    </svg>
  </figure>`;
}
