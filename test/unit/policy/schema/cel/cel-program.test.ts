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
  '!format.dns1123Label().validate("a-b").hasValue() && format.dns1123Label().validate("A").hasValue()',
  'format.named("labelValue").value().validate("-a").hasValue() && !format.named("nothing").hasValue()',
  '!format.qualifiedName().validate("a.b/C_d").hasValue() && format.dns1035Label().validate("1a").hasValue()',
  '!format.dns1123LabelPrefix().validate("a-").hasValue() && format.byte().validate("").hasValue()',
  '"abc 123".find("[0-9]+") == "123" && "1 22 3".findAll("[0-9]+", 2) == ["1", "22"]',
  '"Reviews".lowerAscii() == "reviews" && "a,b".split(",") == ["a", "b"] && "abc".substring(1) == "bc"',
  '[1, 2, 2].isSorted() && [3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2].sum() == 3 && ["a", "b"].indexOf("b") == 1',
  'sets.contains([1, 2, 3], [2]) && sets.intersects(["a"], ["a", "b"]) && sets.equivalent([1, 1], [1])',
  // Optional fields and values.
  'self.?name.orValue("") == "reviews" && self.?missing.orValue("none") == "none"',
  '!self.?missing.deeper.hasValue() && !has(self.?missing.deeper) && has(self.?name)',
  'self.ports[?1].?number.value() == 443 && !self.ports[?7].hasValue() && self.?ports[0].name.value() == "http"',
  'self.?missing.or(self.?name).value() == "reviews" && self.?missing == optional.none()',
  'self.?count.optMap(c, c + 1).orValue(0) == 4 && self.?missing.optMap(c, c + 1).orValue(0) == 0',
  'self.ports[?0].optFlatMap(p, p.?name).value() == "http"',
  '[?self.?missing, "b", ?self.?name] == ["b", "reviews"] && {?"x": self.?missing, "y": 1} == {"y": 1}',
  'optional.of(1) == optional.of(1) && !optional.ofNonZeroValue("").hasValue() && optional.unwrap([self.?name]) == ["reviews"]',
  // Loops with two variables.
  'self.ports.all(i, p, i < 2 && p.number > i) && self.ports.exists(i, p, i == 1 && p.number == 443)',
  'self.labels.all(k, v, k != v) && self.labels.existsOne(k, v, v == "x")',
  'self.ports.transformList(i, p, i * 1000 + p.number) == [80, 1443]',
  'self.ports.transformList(i, p, i > 0, p.number) == [443]',
  'self.labels.transformMap(k, v, k == "app", v + "!") == {"app": "reviews!"}',
  'self.labels.transformMapEntry(k, v, {v: k}) == {"reviews": "app", "x": "example.com/team-a"}',
  '[1, 2].transformList(i, a, [10, 20].transformList(j, b, a * b + i + j)) == [[10, 21], [21, 42]]',
  // Lists.
  '[3, 1, 2].sort() == [1, 2, 3] && self.ports.sortBy(p, -p.number)[0].number == 443 && [1, 2].reverse() == [2, 1]',
  '[[1], [2, [3]]].flatten() == [1, 2, [3]] && [1, 2, 3].slice(1, 2) == [2] && lists.range(3) == [0, 1, 2]',
  '[1, 1, 2].distinct() == [1, 2] && [1, 2].first().value() == 1 && [4, 5].last().orValue(0) == 5',
  '[1, 2].includes(2) && "a".includes("a") && [1.0, 2.5].indexOf(1) == 0',
  // Texts: characters are code points.
  '"a,b,c".split(",", 2) == ["a", "b,c"] && "😀a".charAt(1) == "a" && "😀a".indexOf("a") == 1',
  '"a-b-c".replace("-", "+", 1) == "a+b-c" && "ab".replace("", "-") == "-a-b-" && "abc".lastIndexOf("c", 1) == -1',
  '"%s has %d of %s%%".format(["a", 3, true]) == "a has 3 of true%" && double("1.5") == 1.5 && int("-7") == -7',
  'duration("1.5s").getMilliseconds() == 1500',
  // Quantities are exact, and compared by what they mean.
  'quantity("0.1").add(quantity("0.2")) == quantity("300m") && quantity("1").sub(2).isLessThan(quantity("0"))',
  'quantity("1.5k").isInteger() && !quantity("1000m").isInteger() && sign(quantity("-3")) == -1',
  'quantity("0.0000000001") == quantity("1n") && quantity("1Ki") == quantity("1024")',
  // Versions.
  'semver("1.2.3-rc.1").isLessThan(semver("1.2.3")) && semver("1.10.0").compareTo(semver("1.9.9")) == 1',
  'semver("v1.2", true).minor() == 2 && !isSemver("v1.2") && isSemver("1.02", true) && !isSemver("", true)',
  'semver("1.2.3+a") == semver("1.2.3+b") && semver("1.0.0-alpha").isLessThan(semver("1.0.0-alpha.1"))',
  // Addresses.
  'ip("::1") == ip("0:0:0:0:0:0:0:1") && string(ip("2001:DB8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1"',
  'ip.isCanonical("10.0.0.1") && !ip.isCanonical("2001:DB8::1") && !isIP("::ffff:1.2.3.4") && isIP("64:ff9b::1.2.3.4")',
  'ip("fe80::1").isLinkLocalUnicast() && ip("224.0.0.5").isLinkLocalMulticast() && ip("127.1.2.3").isLoopback()',
  '!ip("255.255.255.255").isGlobalUnicast() && ip("10.0.0.1").isGlobalUnicast() && ip("::").isUnspecified()',
  'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.0.0.0/8").containsCIDR(cidr("0.0.0.0/0"))',
  'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && string(cidr("10.1.2.3/8").ip()) == "10.1.2.3"',
  // URLs, in which no port is left out because it is the usual one.
  'url("https://example.com:443/a%2Fb?x=1&x=2").getPort() == "443" && url("/p?x=1&x=2").getQuery() == {"x": ["1", "2"]}',
  'url("https://user@Example.com/").getHost() == "Example.com" && url("https://a/b#c").getEscapedPath() == "/b"',
  '!isURL("http://a:b/") && !isURL("http://a b/") && !isURL(":a") && !isURL("a")',
  // Names that begin like words of the language, and a comment at the end.
  '[1].all(trueish, trueish == 1) && [1].all(inner, inner > 0) // the end',
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

describe('what a value does not have breaks the rule that asks for it', () => {
  const failing: readonly string[] = [
    'self.missing > 1',
    'self.ports[5].number == 1',
    'self.?missing.value() == 1',
    'quantity("many") == quantity("1")',
    'semver("1.2") == semver("1.2.0")',
    'ip(self.name).family() == 4',
    'cidr("10.0.0.0/33").prefixLength() == 33',
    'url("reviews").getHost() == ""',
    'int(self.name) == 1',
    'self.count / 0 == 1',
    '[].min() == 1',
    'self.labels.transformMapEntry(k, v, {"same": v}).size() == 1',
    'ip(self.name).family() == 4 && true',
    'self.missing == 1 || quantity(self.name) == quantity("1") || false',
  ];
  for (const expression of failing) {
    test(expression, () => {
      assert.equal(compileCel(expression)?.(self, schema).type, 'failed');
    });
  }
});

describe('what is not understood decides nothing', () => {
  const undecided: readonly string[] = [
    'nobody(self)',
    'self.missing == 1 || nobody(self)',
    '(self.missing == 1 || nobody(self)) || self.missing == 2',
    // Kubernetes has no `cel.bind`.
    'cel.bind(x, self.count, x == 3)',
    'optional.of(self).name == "reviews"',
    'ip("10.0.0.1").text == "10.0.0.1"',
    'isURL("mailto:a@example.com")',
    '"%.2f".format([1.5]) == "1.50"',
    '[self.ports].sort().size() == 1',
    'string(self.since) == "2024-05-01T12:00:00Z"',
  ];
  for (const expression of undecided) {
    test(expression, () => {
      assert.equal(compileCel(expression)?.(self, schema).type, 'undecided');
    });
  }

  test('an expression that is no CEL', () => {
    assert.equal(compileCel('self.name ==='), undefined);
  });
});

describe('a rule that would not end is given up', () => {
  const many = { ports: Array.from({ length: 3000 }, (_, number) => ({ number })) };
  const cases: readonly string[] = [
    'self.ports.all(a, self.ports.all(b, a.number == b.number || self.ports.all(c, true)))',
    'self.ports.map(a, self.ports.map(b, [a, b])).size() > 0',
    'self.ports.all(a, self.ports.filter(b, b.number > 0).all(c, c.number > 0))',
    'self.ports.all(i, a, self.ports.all(j, b, i < 0 || j >= 0))',
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
    const pairs = ['a', 'b', 'c', 'd', 'e'].reduceRight((inner, name) => `${digits}.all(i, ${name}, ${inner})`, 'true');
    assert.equal(compileCel(pairs), undefined);
  });

  test('and mappings that grow', () => {
    const program = compileCel('self.transformMap(k, v, v).size() > 0');
    const large = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key-${String(index)}`, 'x']));
    assert.equal(program?.(large, mapOf('', text(''))).type, 'undecided');
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
