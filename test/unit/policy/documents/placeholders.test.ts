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
  const pattern = filledIn('cart.${NAMESPACE}.svc');
  assert.deepEqual(
    ['cart.shop.svc', 'cart.a.b.svc', 'cart..svc', 'cartXshop.svc', 'cart.shop.svc.x'].map((text) =>
      pattern.test(text),
    ),
    [true, true, false, false, false],
  );
});
