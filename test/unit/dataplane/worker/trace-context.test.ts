import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeaderList } from '../../../../src/engine/dataplane/http/header-list.ts';
import { RequestTrace } from '../../../../src/engine/dataplane/worker/request-trace.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

interface Case {
  readonly name: string;
  readonly came: readonly (readonly [string, string])[];
  readonly traceId: string | undefined;
  readonly parent: string | undefined;
  /** With `SPAN` for the id of the new span and `TRACE` for that of a new trace. */
  readonly goes: readonly (readonly [string, string])[];
}

const cases: readonly Case[] = [
  {
    // The example of the W3C recommendation.
    name: 'W3C',
    came: [
      ['traceparent', `00-${trace}-${parent}-00`],
      ['tracestate', 'rojo=00f067aa0ba902b7'],
    ],
    traceId: trace,
    parent,
    goes: [
      ['traceparent', `00-${trace}-SPAN-00`],
      ['tracestate', 'rojo=00f067aa0ba902b7'],
    ],
  },
  {
    name: 'a later version of W3C with more fields',
    came: [['traceparent', `cc-${trace}-${parent}-01-what-the-future-will-be`]],
    traceId: trace,
    parent,
    goes: [['traceparent', `00-${trace}-SPAN-01`]],
  },
  {
    name: 'B3 in several headers',
    came: [
      ['x-b3-traceid', trace],
      ['x-b3-spanid', parent],
      ['x-b3-sampled', '1'],
    ],
    traceId: trace,
    parent,
    goes: [
      ['x-b3-traceid', trace],
      ['x-b3-spanid', 'SPAN'],
      ['x-b3-sampled', '1'],
      ['x-b3-parentspanid', parent],
    ],
  },
  {
    name: 'B3 with a trace id of 64 bits',
    came: [
      ['x-b3-traceid', '8448eb211c80319c'],
      ['x-b3-spanid', parent],
    ],
    traceId: '00000000000000008448eb211c80319c',
    parent,
    goes: [
      ['x-b3-traceid', '8448eb211c80319c'],
      ['x-b3-spanid', 'SPAN'],
      ['x-b3-parentspanid', parent],
    ],
  },
  {
    name: 'B3 in one header',
    came: [['b3', `${trace}-${parent}-1-05e3ac9a4f6e3b90`]],
    traceId: trace,
    parent,
    goes: [['b3', `${trace}-SPAN-1-${parent}`]],
  },
  {
    name: 'B3 in one header, decision left open',
    came: [['b3', `${trace}-${parent}`]],
    traceId: trace,
    parent,
    goes: [['b3', `${trace}-SPAN`]],
  },
  {
    name: 'both: W3C counts, both are continued',
    came: [
      ['traceparent', `00-${trace}-${parent}-01`],
      ['b3', '11111111111111111111111111111111-2222222222222222-1'],
    ],
    traceId: trace,
    parent,
    goes: [
      ['traceparent', `00-${trace}-SPAN-01`],
      ['b3', `${trace}-SPAN-1-${parent}`],
    ],
  },
  { name: 'nothing', came: [], traceId: undefined, parent: undefined, goes: [['traceparent', '00-TRACE-SPAN-01']] },
  ...[
    `00-${trace}-${parent}`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `ff-${trace}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    'garbage',
  ].map((value) => ({
    name: `malformed ${value}`,
    came: [
      ['traceparent', value],
      ['tracestate', 'a=b'],
    ] as const,
    traceId: undefined,
    parent: undefined,
    goes: [['traceparent', '00-TRACE-SPAN-01']] as const,
  })),
  {
    name: 'malformed B3',
    came: [['b3', '0']],
    traceId: undefined,
    parent: undefined,
    goes: [
      ['b3', '0'],
      ['traceparent', '00-TRACE-SPAN-01'],
    ],
  },
];

describe('trace context', () => {
  for (const { name, came, traceId, parent: parentSpanId, goes } of cases) {
    test(name, () => {
      const headers = HeaderList.of([...came, ['x-request-id', 'r']]);
      const request = new RequestTrace(headers);
      if (traceId === undefined) assert.match(request.traceId, /^[0-9a-f]{32}$/);
      else assert.equal(request.traceId, traceId);
      assert.match(request.spanId, /^[0-9a-f]{16}$/);
      assert.equal(request.parentSpanId, parentSpanId);
      request.writeTo(headers);
      headers.remove('x-request-id');
      assert.deepEqual(
        new Map(headers.names.map((header, index) => [header, headers.values[index]])),
        new Map(
          goes.map(([header, value]) => [
            header,
            value.replace('SPAN', request.spanId).replace('TRACE', request.traceId),
          ]),
        ),
      );
    });
  }

  test('a request keeps its id, or gets one', () => {
    const named = HeaderList.of([['x-request-id', 'mine']]);
    assert.equal(new RequestTrace(named).requestId, 'mine');
    const nameless = new HeaderList();
    const { requestId } = new RequestTrace(nameless);
    assert.match(requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(nameless.get('x-request-id'), requestId);
  });
});
