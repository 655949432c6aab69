import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseKept } from '../../../../../src/engine/discovery/kubernetes/json/cut-json.ts';
import {
  ChoiceOutline,
  FieldsOutline,
  ListOutline,
  SharedOutline,
  type Kept,
  type Outline,
} from '../../../../../src/engine/discovery/kubernetes/json/outline.ts';
import type { Decode } from '../../../../../src/engine/discovery/kubernetes/resources/decode-object.ts';
import { wantedKinds } from '../../../../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { isRecord } from '../../../../../src/shared/untrusted.ts';
import { podObject } from '../../../../cluster/generator.ts';

function kept(text: string, outline: Outline): unknown {
  const { value, end } = parseKept(Buffer.from(text), 0, outline);
  assert.equal(end, Buffer.byteLength(text.trimEnd()));
  return value;
}

/** An outline written as plain data, so that what it keeps can be worked out on parsed values, too. */
type Plan =
  | 'whole'
  | { readonly fields: Readonly<Record<string, Plan | null>>; readonly others: boolean }
  | { readonly items: Plan }
  | { readonly choice: Readonly<Record<string, Plan | null>>; readonly otherwise: Plan | null };

function outlineOf(plan: Plan): Outline {
  if (plan === 'whole') return plan;
  if ('items' in plan) return new ListOutline(outlineOf(plan.items));
  const all = (plans: Readonly<Record<string, Plan | null>>): Record<string, Kept> =>
    Object.fromEntries(Object.entries(plans).map(([name, one]) => [name, one ? outlineOf(one) : undefined]));
  return 'fields' in plan
    ? new FieldsOutline(all(plan.fields), plan.others ? 'whole' : undefined)
    : new ChoiceOutline('name', all(plan.choice), plan.otherwise ? outlineOf(plan.otherwise) : undefined);
}

function planFor(value: unknown, plan: Extract<Plan, { choice: unknown }>): Plan | null {
  if (!isRecord(value)) return 'whole';
  const [first] = Object.keys(value);
  const { name } = value;
  if (first !== 'name' || typeof name !== 'string') return 'whole';
  if (Object.hasOwn(plan.choice, name)) return plan.choice[name] ?? null;
  // Written with an escape it may be any.
  return JSON.stringify(name).includes('\\') ? 'whole' : plan.otherwise;
}

function expected(value: unknown, plan: Plan): unknown {
  if (plan === 'whole') return value;
  if ('items' in plan) {
    if (!Array.isArray(value)) return value;
    const { items } = plan;
    return (value as unknown[]).flatMap((item) => {
      if (items === 'whole' || !('choice' in items)) return [expected(item, items)];
      const chosen = planFor(item, items);
      return chosen ? [expected(item, chosen)] : [];
    });
  }
  if ('choice' in plan) return expected(value, planFor(value, plan) ?? { fields: {}, others: false });
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const one = Object.hasOwn(plan.fields, name) ? plan.fields[name] : undefined;
      if (one) return [[name, expected(part, one)]];
      if (one === null) return [];
      return plan.others || JSON.stringify(name).includes('\\') ? [[name, part]] : [];
    }),
  );
}

const words = ['a', 'b', 'name', 'ü', 'x"y', 'back\\slash', '{"a":1}', ']', 'line\n', ''];
const word = fc.constantFrom(...words);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, false, 0, -1.5e-7, 12),
    word,
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('value')), { maxLength: 5 }).map((fields) => Object.fromEntries(fields)),
    fc.tuple(word, tie('value')).map(([name, a]) => ({ name, a })),
  ),
})).value;
const plan = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 4 },
    fc.constant<Plan>('whole'),
    fc.record({ items: tie('plan') }),
    fc.record({
      fields: fc.dictionary(fc.constantFrom('a', 'b', 'name', 'ü'), fc.option(tie('plan'))),
      others: fc.boolean(),
    }),
    fc.record({
      choice: fc.dictionary(fc.constantFrom('a', 'b', 'ü'), fc.option(tie('plan'))),
      otherwise: fc.option(tie('plan')),
    }),
  ),
})).plan;

describe('reading a part of a JSON text', () => {
  test('is as parsing all of it and deleting the rest', () => {
    fc.assert(
      fc.property(value, plan, fc.constantFrom(undefined, 1, '\t'), (json, what, indent) => {
        const text = JSON.stringify(json, undefined, indent);
        // A number that ends the text has no end of its own.
        const inside = `[${text}]`;
        assert.deepEqual(kept(inside, new ListOutline(outlineOf(what))), expected(JSON.parse(inside), { items: what }));
      }),
      { numRuns: 2000 },
    );
  });

  test('a field keeps its place among commas, wherever the others go', () => {
    const only = (...names: string[]): Outline =>
      new FieldsOutline(Object.fromEntries(names.map((name) => [name, 'whole'])));
    const text = '{"a":[1,{"z":"]"}],"b":"\\"}","c":{"a":1},"d":null}';
    assert.deepEqual(kept(text, only('a')), { a: [1, { z: ']' }] });
    assert.deepEqual(kept(text, only('b', 'd')), { b: '"}', d: null });
    assert.deepEqual(kept(text, only()), {});
    assert.deepEqual(kept('{ "a" : 1 ,\n "b" : 2 ,\t"c" : 3 }', only('a', 'c')), { a: 1, c: 3 });
  });

  test('what is shared is one value wherever it is written alike, and read as if it were not shared', () => {
    const part = new FieldsOutline({ a: 'whole', b: 'whole' });
    const plain = new FieldsOutline({ one: part, list: new ListOutline(part), null: 'whole', other: 'whole' });
    const shared = new SharedOutline(part);
    const outline = new FieldsOutline({
      one: shared,
      list: new ListOutline(shared),
      null: new SharedOutline('whole'),
      other: 'whole',
    });
    const texts = [
      '{"one":{"a":1,"z":9,"b":2},"list":[{"a":1,"b":2},{"z":0},7,"x",{"b":[{}]}],"null":null,"other":"0"}',
      '{"other":1,"one":{ "a":1 ,"b":2},"list":{"a":1}}',
      '{"one":"text","list":[],"null":[1]}',
      '[{"one":1}]',
    ];
    for (const text of [...texts, ...texts]) assert.deepEqual(kept(text, outline), kept(text, plain), text);
    const [first, second] = ['{"one":{"a":1,"b":2},"x":1}', '{"list":[{"a":1,"x":[],"b":2}]}'].map(
      (text) => kept(text, outline) as { readonly one?: unknown; readonly list?: readonly unknown[] },
    );
    assert.ok(first?.one !== undefined);
    assert.equal(first.one, second?.list?.[0]);
    assert.throws(() => kept('{"one":{"a":1,"b":}}', outline), KubeFailure);
    assert.throws(() => new SharedOutline(new ListOutline(shared)));
  });

  test('a choice may share what it chooses, too', () => {
    const part = new ListOutline(new FieldsOutline({ a: 'whole' }));
    const choice = (list: Outline): Outline => new ChoiceOutline('name', { x: new FieldsOutline({ list }) }, 'whole');
    const shared = choice(new SharedOutline(part));
    for (const text of [
      '{"name":"x","list":[{"a":1,"b":2}]}',
      '{"name":"y","list":[{"b":2}]}',
      '{"list":[],"name":"x"}',
    ])
      assert.deepEqual(kept(text, shared), kept(text, choice(part)), text);
  });

  test('a name written with escapes may be any, and is kept', () => {
    const outline = new FieldsOutline({ kind: 'whole' });
    assert.deepEqual(kept('{"\\u006bind":1,"other":2}', outline), { kind: 1 });
  });

  test('what is broken is a failure, and never an endless loop', () => {
    const outline = new FieldsOutline({ a: new FieldsOutline({ b: 'whole' }), c: new ListOutline('whole') });
    const whole = '{"x":{"y":"\\\\"},"a":{"b":[1],"z":2},"c":[{},"]"]}';
    assert.deepEqual(kept(whole, outline), { a: { b: [1] }, c: [{}, ']'] });
    for (let end = 0; end < whole.length; end++) {
      assert.throws(() => kept(whole.slice(0, end), outline), KubeFailure, whole.slice(0, end));
    }
    for (const text of ['{"a" 1}', '{"a":}', '{,}', '{"a":{"b":1},}', '{"c":[1,]}', '{"c":[1 2]}', '{a:1}', '<html>']) {
      assert.throws(() => kept(text, outline), KubeFailure, text);
    }
  });
});

describe('what the decoders read', () => {
  const fields = [
    ...['metadata', 'spec', 'status', 'name', 'namespace', 'annotations', 'labels', 'managedFields', 'containers'],
    ...['env', 'args', 'image', 'template', 'endpoints', 'targetRef', 'conditions', 'object', 'cells', 'data', 'kind'],
    'kubectl.kubernetes.io/last-applied-configuration',
    'sidecar.istio.io/status',
  ];
  const text = fc.constantFrom('discovery', 'CLUSTER_ID', 'istio-proxy', '{"a":[}', 'dis\ncovery', '');
  const tree = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 7, depthSize: 'large' },
      text,
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.constantFrom(...fields), tie('tree')), { maxLength: 7 })
        .map((entries) => Object.fromEntries(entries)),
      fc.record({
        name: text,
        args: tie('tree'),
        env: fc.array(fc.record({ name: text, value: text }), { maxLength: 3 }),
      }),
    ),
  })).tree;
  const origin = { layer: 'cluster', source: 'kind' } as const;
  const decoders: ReadonlySet<Decode> = new Set(wantedKinds.map(({ decode }) => decode));
  const check = (decode: Decode, raw: unknown): void => {
    const type = { apiVersion: 'v1', kind: 'Thing', origin };
    const json = JSON.stringify(raw);
    assert.deepEqual(decode(kept(json, decode.reads), type), decode(JSON.parse(json), type), json);
  };

  test('gives the same object as all that the server sent', () => {
    const metadata = fc.record({ name: text, annotations: tree, labels: tree, managedFields: tree });
    const object = fc.record({ apiVersion: text, metadata, spec: tree, status: tree, endpoints: tree, data: tree });
    for (const decode of decoders)
      fc.assert(
        fc.property(object, (raw) => check(decode, raw)),
        { numRuns: 200 },
      );
    fc.assert(
      fc.property(fc.record({ cells: tree, object: fc.record({ metadata }) }), (raw) => {
        for (const decode of decoders) check(decode, raw);
      }),
      { numRuns: 100 },
    );
  });

  test('is a small part of a pod', () => {
    const { object } = podObject({ services: 1, pods: 1, policies: 0 }, 0);
    const pods = wantedKinds.find(({ plural }) => plural === 'pods');
    assert.ok(pods);
    check(pods.decode, object);
    const json = JSON.stringify(object);
    assert.ok(JSON.stringify(kept(json, pods.decode.reads)).length < json.length / 3);
  });
});
