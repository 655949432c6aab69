import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatIpRange, parseIpRange, rangeCovers } from '../../../../src/engine/policy/semantics/ip-ranges.ts';

describe('one range is inside another', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['0.0.0.0/0', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.255.0.0/16', true],
    ['10.0.0.0/8', '11.0.0.0/16', false],
    ['10.0.0.0/16', '10.0.0.0/8', false],
    ['10.1.2.3/8', '10.0.0.1/32', true],
    ['192.168.0.0/32', '192.168.0.0/32', true],
    ['::/0', '2001:db8::1/128', true],
    ['2001:db8::/32', '2001:db8:ffff::/48', true],
    ['2001:db8::/32', '2001:db9::/48', false],
    ['::ffff:0:0/96', '::ffff:10.0.0.1/128', true],
    ['::/0', '10.0.0.0/8', false],
  ];
  for (const [wide, narrow, expected] of cases) {
    test(`${narrow} in ${wide}`, () => {
      const [a, b] = [parseIpRange(wide), parseIpRange(narrow)];
      assert.ok(a && b);
      assert.equal(rangeCovers(a, b), expected);
    });
  }
});

describe('what is no range', () => {
  const wrong = ['10.0.0.0', '10.0.0/8', '10.0.0.256/8', '10.0.0.0/33', '10.0.0.0/-1', '1:2:3/64', '::1::/64', 'g::/8'];
  for (const text of [...wrong, '::/129', '1:2:3:4:5:6:7:8:9/64', '', '/', '10.0.0.0/8/8']) {
    test(text, () => assert.equal(parseIpRange(text), undefined));
  }
});

describe('ranges in short (RFC 5952, section 4)', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['192.168.4.77/30', '192.168.4.76/30'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['::1/0', '::/0'],
    ['::1/128', '::1/128'],
    ['2001:DB8:0:0:1::7/64', '2001:db8::/64'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
    ['2001:0:0:1:0:0:0:1/128', '2001:0:0:1::1/128'],
    ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8/128'],
    ['1:0:3:4:5:6:7:8/128', '1:0:3:4:5:6:7:8/128'],
    ['10:0:0:20:1:1:1:1/128', '10::20:1:1:1:1/128'],
  ];
  for (const [text, short] of cases) {
    test(text, () => {
      const range = parseIpRange(text);
      assert.ok(range);
      assert.equal(formatIpRange(range), short);
    });
  }
});
