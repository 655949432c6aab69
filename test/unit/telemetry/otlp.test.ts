import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeOtlpJson } from '../../../src/engine/telemetry/otlp-encoder.ts';
import { otlpFromJson } from '../../../src/engine/telemetry/otlp-json.ts';
import { otlpFromProtobuf } from '../../../src/engine/telemetry/otlp-protobuf.ts';
import { spansFromOtlp } from '../../../src/engine/telemetry/otlp-span.ts';
import { ProtobufError } from '../../../src/engine/protobuf/message-cursor.ts';
import type { Span } from '../../../src/shared/traces.ts';

/** The example of OTLP's repository (examples/trace.json), with attributes of every type. */
const example = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'my.service' } },
          { key: 'service.namespace', value: { stringValue: 'bookinfo' } },
          { key: 'service.version', value: { stringValue: 'v2' } },
          { key: 'service.instance.id', value: { stringValue: 'reviews-v2-0' } },
        ],
      },
      scopeSpans: [
        {
          scope: { name: 'my.library', version: '1.0.0' },
          spans: [
            {
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'EEE19B7EC3C1B174',
              parentSpanId: 'EEE19B7EC3C1B173',
              name: "I'm a server span",
              startTimeUnixNano: '1544712660000000000',
              endTimeUnixNano: '1544712661500250000',
              kind: 2,
              attributes: [
                { key: 'text', value: { stringValue: 'some value' } },
                { key: 'flag', value: { boolValue: true } },
                { key: 'count', value: { intValue: '-7' } },
                { key: 'ratio', value: { doubleValue: 0.5 } },
                { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }] } } },
                {
                  key: 'map',
                  value: { kvlistValue: { values: [{ key: '__proto__', value: { boolValue: false } }] } },
                },
                { key: '__proto__', value: { stringValue: 'harmless' } },
                { key: 'nothing', value: {} },
              ],
              events: [{ timeUnixNano: '1544712660500000000', name: 'exception', attributes: [] }],
              status: { code: 2, message: 'it broke' },
            },
          ],
        },
      ],
    },
  ],
};

test('OTLP/JSON: the example of the specification', () => {
  const { spans, rejected } = spansFromOtlp(otlpFromJson(JSON.stringify(example)));
  assert.equal(rejected, 0);
  const [span] = spans;
  assert.ok(span);
  const { attributes, events, ...rest } = span;
  assert.deepEqual(rest, {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'eee19b7ec3c1b173',
    kind: 'server',
    name: "I'm a server span",
    start: 1_544_712_660_000,
    duration: 1500.25,
    service: 'my.service',
    namespace: 'bookinfo',
    workload: 'my.service',
    version: 'v2',
    instance: 'reviews-v2-0',
    status: 'error',
    origin: 'application',
  });
  assert.deepEqual(Object.entries(attributes), [
    ['text', 'some value'],
    ['flag', true],
    ['count', -7],
    ['ratio', 0.5],
    ['list', '["a",1]'],
    ['map', '{"__proto__":false}'],
    ['__proto__', 'harmless'],
    ['status.message', 'it broke'],
  ]);
  assert.deepEqual(
    events.map(({ time, name }) => [time, name]),
    [[1_544_712_660_500, 'exception']],
  );
});

test('OTLP/JSON: enums by name, as some exporters write them', () => {
  const text = JSON.stringify(example)
    .replace('"kind":2', '"kind":"SPAN_KIND_CLIENT"')
    .replace('"code":2', '"code":"STATUS_CODE_OK"');
  const [span] = spansFromOtlp(otlpFromJson(text)).spans;
  assert.deepEqual([span?.kind, span?.status], ['client', 'ok']);
});

const broken: [name: string, change: (text: string) => string][] = [
  ['a trace id of zeros', (text) => text.replace('5B8EFFF798038103D269B633813FC60C', '0'.repeat(32))],
  ['a short span id', (text) => text.replace('"spanId":"EEE19B7EC3C1B174"', '"spanId":"EEE1"')],
  ['no start', (text) => text.replace('"startTimeUnixNano":"1544712660000000000",', '')],
];
for (const [name, change] of broken) {
  test(`a span with ${name} is rejected`, () => {
    const text = JSON.stringify(example);
    assert.notEqual(change(text), text);
    assert.deepEqual(spansFromOtlp(otlpFromJson(change(text))), { spans: [], rejected: 1 });
  });
}

test('a broken parent id makes a root, an end before the start no time', () => {
  const text = JSON.stringify(example).replace('EEE19B7EC3C1B173', 'none').replace('1544712661500250000', '1');
  const [span] = spansFromOtlp(otlpFromJson(text)).spans;
  assert.equal(span?.parentSpanId, undefined);
  assert.equal(span?.duration, 0);
});

/** A length-delimited field, by the protobuf encoding guide: tag, length below 128, content. */
const field = (tag: number, ...content: readonly (number | readonly number[])[]): number[] => {
  const bytes = content.flat();
  assert.ok(bytes.length < 128 || tag === 0x12 || tag === 0x0a);
  return bytes.length < 128
    ? [tag, bytes.length, ...bytes]
    : [tag, (bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
};
const text = (value: string): number[] => [...Buffer.from(value, 'utf8')];
const hex = (value: string): number[] => [...Buffer.from(value, 'hex')];

test('OTLP/protobuf: a message written out byte by byte', () => {
  // Field numbers: opentelemetry/proto/trace/v1/trace.proto. A tag is (number << 3) | wire type.
  const keyValue = (key: string, value: number[]): number[] => [...field(0x0a, text(key)), ...field(0x12, value)];
  const span = [
    ...field(0x0a, hex('5b8efff798038103d269b633813fc60c')),
    ...field(0x12, hex('eee19b7ec3c1b174')),
    ...field(0x1a, text('state=1')),
    ...field(0x22, hex('eee19b7ec3c1b173')),
    ...field(0x2a, text('GET /reviews')),
    ...[0x30, 0x03],
    // 1544712660000000000 = 0x156febfae3594800 and 1544712660002500000 = 0x156febfae37f6da0, little endian.
    ...[0x39, ...hex('156febfae3594800').reverse()],
    ...[0x41, ...hex('156febfae37f6da0').reverse()],
    ...field(0x4a, keyValue('text', field(0x0a, text('é')))),
    ...field(0x4a, keyValue('flag', [0x10, 0x01])),
    // -7 as a varint is 2^64 - 7.
    ...field(0x4a, keyValue('count', [0x18, 0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])),
    ...field(0x4a, keyValue('ratio', [0x21, ...hex('3fe0000000000000').reverse()])),
    ...field(0x4a, keyValue('list', field(0x2a, field(0x0a, field(0x0a, text('a'))), field(0x0a, [0x18, 0x01])))),
    ...field(0x5a, [0x09, ...hex('156febfae3594800').reverse()], field(0x12, text('retry'))),
    ...field(0x7a, field(0x12, text('it broke')), [0x18, 0x02]),
    // An unknown fixed32 field, as a newer exporter may send: flags (16).
    ...[0x85, 0x01, 0x01, 0x00, 0x00, 0x00],
  ];
  const resource = field(0x0a, keyValue('service.name', field(0x0a, text('reviews'))));
  const scopeSpans = field(0x12, span);
  const message = field(0x0a, field(0x0a, resource), field(0x12, scopeSpans));

  const { spans, rejected } = spansFromOtlp(otlpFromProtobuf(Buffer.from(message)));
  assert.equal(rejected, 0);
  const [read] = spans;
  assert.ok(read);
  const { attributes, ...rest } = read;
  // Attributes have no prototype, which strict equality would see.
  assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'eee19b7ec3c1b173',
    kind: 'client',
    name: 'GET /reviews',
    start: 1_544_712_660_000,
    duration: 2.5,
    service: 'reviews',
    namespace: '',
    workload: 'reviews',
    version: '',
    instance: '',
    status: 'error',
    events: [{ time: 1_544_712_660_000, name: 'retry', attributes: {} }],
    origin: 'application',
  });
  assert.deepEqual(Object.entries(attributes), [
    ['text', 'é'],
    ['flag', true],
    ['count', -7],
    ['ratio', 0.5],
    ['list', '["a",1]'],
    ['status.message', 'it broke'],
  ]);
});

const malformed: [name: string, bytes: number[]][] = [
  ['a length beyond the end', [0x0a, 0x05, 0x00]],
  ['a varint that never ends', [0x08, ...new Array<number>(11).fill(0xff)]],
  ['a group', [0x0b]],
  ['field number 0', [0x02, 0x00]],
  ['a cut fixed64', [0x09, 1, 2, 3]],
];
for (const [name, bytes] of malformed) {
  test(`protobuf with ${name} is refused`, () => {
    assert.throws(() => otlpFromProtobuf(Buffer.from(bytes)), ProtobufError);
  });
}

test('property: arbitrary bytes are read or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        spansFromOtlp(otlpFromProtobuf(bytes));
      } catch (error) {
        assert.ok(error instanceof ProtobufError);
      }
    }),
    { numRuns: 500 },
  );
});

test('property: arbitrary JSON is read without complaint', () => {
  fc.assert(
    fc.property(fc.json(), (value) => {
      spansFromOtlp(otlpFromJson(`{"resourceSpans":[{"scopeSpans":[{"spans":[${value}]}]},${value}]}`));
    }),
    { numRuns: 300 },
  );
});

test('a map within a map within … is cut off', () => {
  let value: object = { stringValue: 'deep' };
  for (let depth = 0; depth < 200; depth++) value = { arrayValue: { values: [value] } };
  const spans = [
    { traceId: '1'.repeat(32), spanId: '1'.repeat(16), startTimeUnixNano: '1', attributes: [{ key: 'deep', value }] },
  ];
  const [span] = spansFromOtlp(otlpFromJson(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))).spans;
  assert.equal(span?.attributes.deep, '[[[[[[null]]]]]]');
});

test('what we export is OTLP/JSON, grouped by who recorded it', () => {
  const span: Span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    kind: 'client',
    name: 'GET /',
    start: 1_544_712_660_000.25,
    duration: 2.5,
    service: 'reviews',
    namespace: 'bookinfo',
    workload: 'reviews-v1',
    version: '',
    instance: 'bookinfo/reviews-v1-0',
    status: 'error',
    attributes: { 'http.status_code': 503, 'retry.share': 0.5, mtls: true },
    events: [],
    origin: 'sidecar',
  };
  assert.deepEqual(JSON.parse(encodeOtlpJson([span, { ...span, spanId: 'eee19b7ec3c1b175' }])), {
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'reviews' } },
            { key: 'service.namespace', value: { stringValue: 'bookinfo' } },
            { key: 'service.instance.id', value: { stringValue: 'bookinfo/reviews-v1-0' } },
            { key: 'k8s.deployment.name', value: { stringValue: 'reviews-v1' } },
          ],
        },
        scopeSpans: [
          {
            scope: { name: 'meshlens' },
            spans: ['eee19b7ec3c1b174', 'eee19b7ec3c1b175'].map((spanId) => ({
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId,
              name: 'GET /',
              kind: 3,
              startTimeUnixNano: '1544712660000250000',
              endTimeUnixNano: '1544712660002750000',
              attributes: [
                { key: 'http.status_code', value: { intValue: '503' } },
                { key: 'retry.share', value: { doubleValue: 0.5 } },
                { key: 'mtls', value: { boolValue: true } },
              ],
              events: [],
              status: { code: 2 },
            })),
          },
        ],
      },
    ],
  });
});
