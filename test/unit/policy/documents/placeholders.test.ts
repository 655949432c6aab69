/** Which texts something fills in before they are applied. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filledIn, hasPlaceholder, holdsPlaceholder } from '../../../../src/engine/policy/documents/placeholders.ts';

describe('placeholders', () => {
  const open = [
    '${HOST}',
    '${host:=cart}',
    '${HOST:-cart}',
    'cart.${NAMESPACE}.svc',
    '$(HOST)',
    '$(params.host)',
    '$HOST',
    '*.$DOMAIN',
    '$NAMESPACE/public',
    'https://$HOST/$PATH',
    '#{HOST}#',
    '__HOST__',
    'ENC[AES256_GCM,data:VjI=,iv:Zm9v,tag:YmFy,type:str]',
    '{{ name }}',
    'Hello {{name}}',
    '<your-host>',
    'https://<host name>/x',
  ];
  for (const text of open) test(text, () => assert.equal(hasPlaceholder(text), true));
});

describe('no placeholders', () => {
  const plain = [
    'cart.shop',
    '^/a$',
    'a < b > c',
    '(?P<name>a+)',
    '(?<name>a+)',
    '/users/{id}',
    '/{**}',
    '$host',
    'price $HOST now',
    '^(?:/a$|/b$)',
    '\\.(js|css)$',
    'a__b__c',
    'ENC[x]',
    '%REQ(:PATH)%',
    '{"a": {"b": 1}}',
    '${}',
    '',
  ];
  for (const text of plain) test(text === '' ? 'nothing' : text, () => assert.equal(hasPlaceholder(text), false));
});

test('a value has one wherever it stands in it', () => {
  assert.equal(holdsPlaceholder({ a: [{ b: 'x' }, { c: '${X}' }] }), true);
  assert.equal(holdsPlaceholder({ '${X}': 1 }), true);
  assert.equal(holdsPlaceholder({ a: [1, null, true, 'x'] }), false);
});

test('any text may be filled in, and signs of regular expressions are none', () => {
  const mayBe = filledIn('cart.${NAMESPACE}.svc');
  const cases: readonly (readonly [string, boolean])[] = [
    ['cart.shop.svc', true],
    ['cart.a.b.svc', true],
    ['cart..svc', false],
    ['cartXshop.svc', false],
    ['cart.shop.svc.x', false],
    ['cart.svc', false],
  ];
  for (const [text, expected] of cases) assert.equal(mayBe(text), expected, text);
  assert.equal(filledIn('$A-x-$B')('1-x-2'), true);
  assert.equal(filledIn('$A-x-$B')('1-x-'), false);
  assert.equal(filledIn('${A}${B}')('a'), false);
  assert.equal(filledIn('${A}${B}')('ab'), true);
});

test('texts that are made to hang whoever reads them do not', () => {
  const hostile = ['$A', 'ENC[AES256_GCM,', '__A', '<a ', '${a', '{{', '#{'].map((part) => `${part.repeat(200_000)} x`);
  for (const text of hostile) {
    // With a mistake in the pattern this takes hours.
    filledIn(text)('a'.repeat(1000));
    hasPlaceholder(text);
  }
  assert.equal(filledIn(`${'${A}a'.repeat(100)}z`)('a'.repeat(5000)), false);
});
