import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bookinfoTraces } from '../../webview/bookinfo-traces.ts';
import { filterTraces } from '../../../src/webview/traces/trace-filter.ts';
import { peak, sparkline } from '../../../src/webview/view-model/sparkline.ts';
import { scaleTicks, waterfallRows } from '../../../src/webview/view-model/waterfall.ts';

describe('waterfall', () => {
  const [trace] = bookinfoTraces();
  assert.ok(trace !== undefined);

  it('has a row a span, calls within calls', () => {
    const rows = waterfallRows(trace);
    assert.deepEqual(
      rows.map(({ depth }) => depth),
      [0, 1, 2, 3, 4, 5, 4, 5, 6, 6, 7],
    );
    assert.equal(rows[0]?.offset, 0);
    assert.ok(Math.abs((rows[0]?.length ?? 0) - 1) < 1e-4);
    assert.deepEqual(
      rows.map(({ retry }) => retry),
      [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, 1, 1, undefined],
    );
  });

  it('hides the calls within a closed span', () => {
    assert.equal(waterfallRows(trace, new Set(['0000000000000007'])).length, 7);
  });

  it('shows spans whose caller is missing, and spans that name each other', () => {
    const spans = trace.allSpans.slice(2);
    assert.equal(waterfallRows({ ...trace, allSpans: spans }).length, spans.length);
    const circle = trace.allSpans.map((span, index) => ({
      ...span,
      parentSpanId: trace.allSpans[(index + 1) % trace.allSpans.length]?.spanId ?? '',
    }));
    assert.equal(waterfallRows({ ...trace, allSpans: circle }).length, circle.length);
  });

  it('has a scale of round steps', () => {
    assert.deepEqual(scaleTicks(31.2), [0, 10, 20, 30]);
    assert.deepEqual(scaleTicks(5), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(scaleTicks(0.7), [0, 0.2, 0.4, 0.6]);
    assert.deepEqual(scaleTicks(0), [0]);
  });
});

describe('list of traces', () => {
  it('filters by service and by errors, newest first', () => {
    const traces = [...bookinfoTraces()].reverse();
    assert.equal(
      filterTraces(traces, { service: '', onlyErrors: false })[0]?.traceId,
      '0af7651916cd43dd8448eb211c80319c',
    );
    assert.equal(filterTraces(traces, { service: 'ratings', onlyErrors: false }).length, 1);
    assert.equal(filterTraces(traces, { service: '', onlyErrors: true }).length, 2);
  });
});

describe('sparkline', () => {
  it('draws a line with gaps where nothing is known', () => {
    const { line, area } = sparkline([0, 10, null, 5], 30, 12, 10);
    assert.equal(line, 'M0.0 11.0L10.0 1.0M30.0 6.0h1');
    assert.equal(area, 'M0.0 12L0.0 11.0L10.0 1.0L10.0 12ZM30.0 12L30.0 6.0L30.0 12Z');
  });

  it('keeps within its box', () => {
    assert.equal(sparkline([-5, 99], 10, 12, 10).line, 'M0.0 11.0L10.0 1.0');
    assert.equal(sparkline([], 10, 12, 10).line, '');
    assert.equal(peak([1, null], [3]), 3);
  });
});
