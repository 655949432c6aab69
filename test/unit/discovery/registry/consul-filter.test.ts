import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConsulFilter } from '../../../../src/engine/discovery/registry/consul-filter.ts';

const entry = {
  Node: { Node: 'laptop', Meta: {} },
  Service: {
    ID: 'orders-1',
    Service: 'orders',
    Port: 9001,
    Tags: ['primary', 'v2'],
    Meta: { version: 'v2', 'some.key': 'x', empty: '' },
    EnableTagOverride: false,
  },
  Checks: [
    { CheckID: 'a', Status: 'passing' },
    { CheckID: 'b', Status: 'warning' },
  ],
};

function matches(text: string): boolean {
  const parsed = parseConsulFilter(text);
  assert.ok('filter' in parsed, 'problem' in parsed ? `${text}: ${parsed.problem}` : '');
  return parsed.filter(entry);
}

test('compares as the documentation says', () => {
  // Forms of developer.hashicorp.com/consul/api-docs/features/filtering.
  for (const [text, expected] of [
    ['Service.ID == "orders-1"', true],
    ['Service.ID == orders-1', true],
    ['Service.ID != "orders-1"', false],
    ['Service.ID == `orders-1`', true],
    ['Service.Port == 9001', true],
    ['Service.EnableTagOverride == false', true],
    ['Service.Meta.version == v2', true],
    ['Service.Meta["some.key"] == "x"', true],
    ['Service.Meta.missing == "x"', false],
    ['Service.Meta.missing != "x"', true],
    ['"primary" in Service.Tags', true],
    ['primary in Service.Tags', true],
    ['"secondary" not in Service.Tags', true],
    ['Service.Tags contains "v2"', true],
    ['Service.Tags not contains v2', false],
    ['"version" in Service.Meta', true],
    ['version not in Service.Meta', false],
    ['"rder" in Service.Service', true],
    ['Service.Tags is empty', false],
    ['Service.Tags is not empty', true],
    ['Node.Meta is empty', true],
    ['Service.Meta.empty is empty', true],
    ['Checks.Status == "warning"', true],
    ['Checks.Status == "critical"', false],
    ['not Service.ID == "orders-1"', false],
    ['not not Service.ID == "orders-1"', true],
    ['Service.ID == x or Service.Port == 9001 and Service.Service == orders', true],
    ['(Service.ID == x or Service.Port == 9001) and Service.Service == y', false],
    ['Service.ID == x and Service.ID == y or Service.Service == orders', true],
  ] as const) {
    assert.equal(matches(text), expected, text);
  }
});

test('says what is wrong', () => {
  for (const [text, problem] of [
    ['', /expected the name of a field, found the end/],
    ['Service.ID', /expected "==", "!=", "is", "in" or "contains", found the end/],
    ['Service.ID ==', /expected a value, found the end/],
    ['Service.ID == a b', /expected the end of the filter, found "b"/],
    ['(Service.ID == a', /expected "\)", found the end/],
    ['Service.ID is a', /expected "empty", found "a"/],
    ['Service.Meta[version] == a', /expected a key in quotes/],
    ['Service.ID == "a', /a string is not closed/],
    ['Service.ID == a; x', /has no meaning/],
    ['Service.ID matches "(a+)+$"', /found "matches"/],
    ['"a" == "b"', /expected the name of a field, found "a"/],
    [`${'('.repeat(200)}a == b`, /nested deeper/],
    ['a'.repeat(3000), /longer than/],
  ] as const) {
    const parsed = parseConsulFilter(text);
    assert.match('problem' in parsed ? parsed.problem : 'no problem', problem, text.slice(0, 40));
  }
});

test('names of the prototype select nothing', () => {
  assert.equal(matches('constructor.name == "Object"'), false);
  assert.equal(matches('"toString" in Service.Meta'), false);
  assert.equal(matches('__proto__ is empty'), true);
});
