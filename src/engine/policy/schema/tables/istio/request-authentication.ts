import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, duration, flag, list, record, text, texts } from '../../schema.ts';
import { urlScheme } from './url-scheme.ts';
import { oneSelection, selector, targetRef, targetRefs } from './selection.ts';

const keysByHttp: SchemaRule = (value) => {
  const scheme = typeof value === 'string' ? urlScheme(value) : 'https';
  if (scheme === 'http' || scheme === 'https') return [];
  const message = scheme === undefined ? 'This is no URL.' : 'Keys are fetched by `http://` or `https://` only.';
  return [{ path: [], part: 'value', message }];
};

const jwksUri = text('Where the keys of the issuer are fetched from; discovered from the issuer unless given.', {
  minLength: 1,
  maxLength: 2048,
  rules: [keysByHttp],
});

const jwtRule = record(
  'One issuer and where its tokens are found.',
  {
    issuer: text('The `iss` claim of its tokens.', { minLength: 1 }),
    audiences: texts('Of the `aud` claim one must be among these; the service’s own name unless given.', {
      minLength: 1,
    }),
    jwksUri,
    jwks_uri: jwksUri,
    jwks: text('The keys of the issuer, as JSON Web Key Set. Public keys are enough.'),
    fromHeaders: list(
      'Headers that carry the token; `Authorization: Bearer …` unless given.',
      record(
        'One header.',
        {
          name: text('Name of the header.', { minLength: 1 }),
          prefix: text('What stands before the token, such as `Bearer `.'),
        },
        { required: ['name'] },
      ),
    ),
    fromParams: texts('Query parameters that carry the token; `access_token` unless given.', { minLength: 1 }),
    fromCookies: texts('Cookies that carry the token.', { minLength: 1 }),
    outputPayloadToHeader: text('Header in which the service gets the payload of a valid token, in base64url.'),
    outputClaimToHeaders: list(
      'Claims of a valid token that the service gets as headers.',
      record(
        'One claim.',
        {
          header: text('Name of the header.', {
            minLength: 1,
            pattern: /^[-_A-Za-z0-9]+$/,
            patternHelp: 'letters, digits, `-` and `_`',
          }),
          claim: text('Name of the claim; dots lead into nested claims.', { minLength: 1 }),
        },
        { required: ['header', 'claim'] },
      ),
    ),
    forwardOriginalToken: flag('Send the token on to the service; it is removed unless this is set.'),
    timeout: duration('Time limit for fetching the keys; 5s unless given.'),
    spaceDelimitedClaims: list(
      'Claims that hold several values separated by spaces, besides `scope` and `permission`.',
      text('Name of a claim.', { minLength: 1 }),
      { maxItems: 64 },
    ),
    presence: choice('Whether a request may come without a token of this issuer.', ['OPTIONAL', 'REQUIRED']),
  },
  { exclusive: [['jwksUri', 'jwks_uri', 'jwks']] },
);

export const requestAuthentication: KindSchema = {
  group: 'security.istio.io',
  kind: 'RequestAuthentication',
  versions: ['v1', 'v1beta1'],
  help: 'Which tokens (JWT) are accepted. A bad token is refused; a request without one passes unless an AuthorizationPolicy says otherwise.',
  required: [],
  fields: {
    spec: record(
      'For which workloads it is, and the issuers.',
      {
        selector,
        targetRef,
        targetRefs,
        jwtRules: list('Issuers whose tokens are accepted.', jwtRule, { maxItems: 4096 }),
      },
      { exclusive: [oneSelection] },
    ),
  },
};
