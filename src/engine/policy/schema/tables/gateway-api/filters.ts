/** Filters that routes for HTTP and gRPC have alike. */
import { fieldOf, listOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel } from '../../kind-schema.ts';
import type { ObjectSchema, RuleProblem, Schema, SchemaRule } from '../../schema.ts';
import { choice, integer, list, record, text, texts } from '../../schema.ts';
import { ascending, has } from '../table-rules.ts';
import { headerName } from './names.ts';
import { backendReference, localReference } from './references.ts';

/** Text of a header; the experimental channel demands printable characters, with single blanks between. */
export const headerValue = (help: string, channel: ApiChannel): Schema =>
  text(help, {
    minLength: 1,
    maxLength: 4096,
    ...(channel === 'experimental' && {
      pattern: /^[!-~]+([\t ][!-~]+)*$/,
      patternHelp: 'printable ASCII characters with single blanks between them',
    }),
  });

const headerModifier = (help: string, what: string, channel: ApiChannel): ObjectSchema => {
  const headers = (each: string): Schema =>
    list(
      each,
      record(
        'One header.',
        { name: headerName('Name of the header; case does not matter.'), value: headerValue('Its value.', channel) },
        { required: ['name', 'value'] },
      ),
      { maxItems: 16, keys: ['name'] },
    );
  return record(help, {
    set: headers(`Headers of the ${what} to set, replacing what is there.`),
    add: headers(`Headers of the ${what} to add to what is there.`),
    remove: { ...texts(`Headers of the ${what} to remove.`), maxItems: 16, isSet: true },
  });
};

const percentOrFraction: SchemaRule = (value) =>
  has(value, 'percent') && has(value, 'fraction')
    ? [{ path: ['fraction'], part: 'key', message: 'Give either `percent` or `fraction`, not both.' }]
    : [];

const requestMirror = record(
  'A copy of the request goes here; the answer is thrown away.',
  {
    backendRef: backendReference('Where the copy goes.'),
    percent: integer('Share of the requests that are copied, in percent; all unless given.', {
      minimum: 0,
      maximum: 100,
      format: 'int32',
    }),
    fraction: record(
      'Share of the requests that are copied, as a fraction.',
      {
        numerator: integer('Number above the line.', { minimum: 0, format: 'int32' }),
        denominator: integer('Number below the line; 100 unless given.', { minimum: 1, format: 'int32', default: 100 }),
      },
      { required: ['numerator'], rules: [ascending('numerator', 'denominator', false)] },
    ),
  },
  { required: ['backendRef'], rules: [percentOrFraction] },
);

/** Fields of a filter that both kinds of routes have. */
export const commonFilters = (channel: ApiChannel): Readonly<Record<string, Schema>> => ({
  requestHeaderModifier: headerModifier('Headers of the request to change.', 'request', channel),
  responseHeaderModifier: headerModifier('Headers of the answer to change.', 'answer', channel),
  requestMirror,
  extensionRef: localReference('A filter of the implementation, in the namespace of the route.', 'filter'),
});

/** Words for `type` and the fields that belong to them. */
export const commonFilterFields = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  ExtensionRef: 'extensionRef',
};

/** Filters of these types may stand in a list once. */
export const notRepeated =
  (types: readonly string[]): SchemaRule =>
  (value) => {
    const seen = new Set<unknown>();
    return listOf(value).flatMap((filter, index): readonly RuleProblem[] => {
      const type = fieldOf(filter, 'type');
      if (typeof type !== 'string' || !types.includes(type)) return [];
      if (seen.has(type)) return [{ path: [index], message: `A filter of the type \`${type}\` is there already.` }];
      seen.add(type);
      return [];
    });
  };

const formerPersistence = ['sessionName', 'cookieConfig', 'idleTimeout'];
const beforeCookies = { until: 'Gateway API 1.6', instead: '`cookie` and `header`' };

const persistenceRule: SchemaRule = (value) => {
  const cookie = fieldOf(value, 'cookie');
  const type = fieldOf(value, 'type');
  // Releases before this one had other fields, and needed none.
  const isFormer = formerPersistence.some((field) => has(value, field));
  const problems: RuleProblem[] = [];
  if (fieldOf(cookie, 'lifetimeType') === 'Permanent' && !has(value, 'absoluteTimeout')) {
    problems.push({ path: ['cookie', 'lifetimeType'], message: 'A permanent cookie needs an `absoluteTimeout`.' });
  }
  for (const [word, field] of [
    ['Cookie', 'cookie'],
    ['Header', 'header'],
  ] as const) {
    if (has(value, field) && type !== word) {
      problems.push({ path: [field], part: 'key', message: `\`${field}\` belongs to the type \`${word}\`.` });
    } else if (!has(value, field) && type === word && !isFormer) {
      problems.push({ path: [], message: `Persistence of the type \`${word}\` needs the field \`${field}\`.` });
    }
  }
  return problems;
};

export const sessionPersistence = (duration: (help: string) => Schema): ObjectSchema =>
  record(
    'Requests of one session go to one backend.',
    {
      type: choice('Whether a cookie or a header carries the session; Cookie unless given.', ['Cookie', 'Header'], {
        default: 'Cookie',
      }),
      absoluteTimeout: duration('How long a session lasts at most.'),
      cookie: record('The cookie; for the type Cookie.', {
        name: headerName('Name of the cookie; the implementation chooses unless given.'),
        path: text('Path the cookie is for.', { maxLength: 1024, default: '/' }),
        lifetimeType: choice(
          '`Session` ends with the browser, `Permanent` with the `absoluteTimeout`.',
          ['Permanent', 'Session'],
          { default: 'Session' },
        ),
      }),
      header: record(
        'The header; for the type Header.',
        { name: headerName('Name of the header.') },
        { required: ['name'] },
      ),
      sessionName: text('Name of the session, in the cookie or header.', { maxLength: 128, former: beforeCookies }),
      idleTimeout: { ...duration('How long a session lasts without requests.'), former: beforeCookies },
      cookieConfig: record(
        'The cookie; for the type Cookie.',
        {
          lifetimeType: choice(
            '`Session` ends with the browser, `Permanent` with the `absoluteTimeout`.',
            ['Permanent', 'Session'],
            { default: 'Session' },
          ),
        },
        { former: beforeCookies },
      ),
    },
    { rules: [persistenceRule] },
  );
