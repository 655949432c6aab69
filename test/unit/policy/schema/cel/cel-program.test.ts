import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileCel } from '../../../../../src/engine/policy/schema/cel/cel-program.ts';
import {
  anything,
  decimal,
  integer,
  list,
  mapOf,
  record,
  text,
} from '../../../../../src/engine/policy/schema/schema.ts';

const schema = record('', {
  name: text(''),
  namespace: text(''),
  count: integer(''),
  share: decimal(''),
  since: text('', { format: 'date-time' }),
  wait: text('', { format: 'go-duration' }),
  labels: mapOf('', text('')),
  ports: list('', record('', { number: integer(''), name: text('') })),
});

const self = {
  name: 'reviews',
  namespace: 'bookinfo',
  count: 3,
  share: 2,
  since: '2024-05-01T12:00:00Z',
  wait: '90s',
  labels: { app: 'reviews', 'example.com/team-a': 'x' },
  ports: [{ number: 80, name: 'http' }, { number: 443 }],
};

const truths: readonly string[] = [
  'self.name == "reviews" && self.__namespace__ == "bookinfo"',
  'self.count / 2 == 1 && self.share / 4.0 == 0.5',
  'has(self.ports[0].name) && !has(self.ports[1].name)',
  'self.ports.exists_one(p, p.number == 443) && self.ports.map(p, p.number) == [80, 443]',
  'self.ports.filter(p, has(p.name)).size() == 1',
  'self.labels.all(k, k.matches("^[a-z./-]+$")) && "app" in self.labels && self.labels["example.com/team-a"] == "x"',
  'self.since < timestamp("2025-01-01T00:00:00Z")',
  'self.wait > duration("1m") && duration("1h30m") > duration("5400s") - duration("1s")',
  'isURL("https://example.com:80/p?a=b") && url("https://example.com:80/p").getScheme() == "https"',
  'url("https://example.com:8080/p").getHost() == "example.com:8080" && url("https://[::1]:80/").getHostname() == "::1"',
  '!isURL("example.com/p") && isURL("/p") && url("/p").getScheme() == ""',
  'isIP("10.0.0.1") && isIP("2001:db8::1") && !isIP("10.0.0.256") && ip("10.0.0.1").family() == 4',
  'isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33") && cidr("10.0.0.0/8").containsIP("10.1.2.3")',
  'cidr("2001:db8::/32").containsIP(ip("2001:db8::1")) && !cidr("2001:db8::/32").containsIP("10.0.0.1")',
  'cidr("10.0.0.0/8").prefixLength() == 8',
  'isQuantity("500Mi") && quantity("1Gi").isGreaterThan(quantity("1000M")) && quantity("2k").asInteger() == 2000',
  '!isQuantity("5 apples") && quantity("500m").compareTo(quantity("0.5")) == 0',
  'format.dns1123Label().validate("a-b") == null && format.dns1123Label().validate("A") != null',
  '"abc 123".find("[0-9]+") == "123" && "1 22 3".findAll("[0-9]+", 2) == ["1", "22"]',
  '"Reviews".lowerAscii() == "reviews" && "a,b".split(",") == ["a", "b"] && "abc".substring(1) == "bc"',
  '[1, 2, 2].isSorted() && [3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2].sum() == 3 && ["a", "b"].indexOf("b") == 1',
  'sets.contains([1, 2, 3], [2]) && sets.intersects(["a"], ["a", "b"]) && sets.equivalent([1, 1], [1])',
  // An error on one side does not matter where the other decides.
  'self.missing == 1 || true',
  'size(self.name) == 7 && size(self.ports) == 2',
];

describe('rules as Kubernetes evaluates them', () => {
  for (const expression of truths) {
    test(expression, () => {
      assert.deepEqual(compileCel(expression)?.(self, schema), { type: 'value', value: true });
    });
  }
});

test('a field that is not there breaks the rule that asks for it', () => {
  assert.equal(compileCel('self.missing > 1')?.(self, schema).type, 'failed');
});

test('what is not understood decides nothing', () => {
  assert.equal(compileCel('self.?name.orValue("") == ""'), undefined);
  assert.equal(compileCel('self.name ==='), undefined);
  assert.equal(compileCel('nobody(self)')?.(self, schema).type, 'undecided');
});

describe('a rule that would not end is given up', () => {
  const many = { ports: Array.from({ length: 3000 }, (_, number) => ({ number })) };
  const cases: readonly string[] = [
    'self.ports.all(a, self.ports.all(b, a.number == b.number || self.ports.all(c, true)))',
    'self.ports.map(a, self.ports.map(b, [a, b])).size() > 0',
    'self.ports.all(a, self.ports.filter(b, b.number > 0).all(c, c.number > 0))',
  ];
  for (const expression of cases) {
    test(expression, () => {
      assert.deepEqual(compileCel(expression)?.(many, schema), {
        type: 'undecided',
        reason: 'it looks at too many items',
      });
    });
  }

  test('also where the lists stand in the rule itself', () => {
    const digits = `[${Array.from({ length: 50 }, (_, digit) => String(digit)).join(', ')}]`;
    const loops = ['a', 'b', 'c', 'd', 'e'].reduceRight((inner, name) => `${digits}.all(${name}, ${inner})`, 'true');
    assert.equal(compileCel(loops), undefined);
  });

  test('and a regular expression that would make others backtrack', () => {
    const program = compileCel('self.matches("^(a+)+$")');
    assert.deepEqual(program?.(`${'a'.repeat(5000)}!`, text('')), { type: 'value', value: false });
  });
});

test('odd values are no reason to throw', () => {
  for (const value of [null, undefined, Number.NaN, [], {}, 'x', 1e300]) {
    assert.notEqual(compileCel('self == 1 || size(self) > 0')?.(value, anything('')).type, undefined);
  }
});
