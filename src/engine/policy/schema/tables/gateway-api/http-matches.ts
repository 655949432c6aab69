import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel } from '../../kind-schema.ts';
import type { ListSchema, Schema, SchemaRule } from '../../schema.ts';
import { choice, list, record, text } from '../../schema.ts';
import { headerValue } from './filters.ts';
import { methods } from './http-filters.ts';
import { headerName } from './names.ts';

const anyPath = { type: 'PathPrefix', value: '/' };

/** What both `Exact` and `PathPrefix` demand of a path. */
const literalPath: SchemaRule = (value) => {
  const type = fieldOf(value, 'type');
  const path = stringOf(fieldOf(value, 'value'));
  if (path === undefined || (type !== 'Exact' && type !== 'PathPrefix')) return [];
  const problem = (message: string): ReturnType<SchemaRule> => [{ path: ['value'], part: 'value', message }];
  if (!path.startsWith('/')) return problem('A path begins with `/`.');
  for (const part of ['//', '/./', '/../', '%2f', '%2F', '#']) {
    if (path.includes(part)) return problem(`A path may not contain \`${part}\`, which gateways resolve or refuse.`);
  }
  for (const end of ['/..', '/.']) if (path.endsWith(end)) return problem(`A path may not end with \`${end}\`.`);
  return /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$/.test(path)
    ? []
    : problem('A path is written with the characters of URLs only; others as `%` and two hexadecimal digits.');
};

const matchType = (help: string): Schema => choice(help, ['Exact', 'RegularExpression'], { default: 'Exact' });

/** Headers to match on; of routes for HTTP, gRPC, and Linkerd's own. */
export const headerMatches = (channel: ApiChannel): ListSchema =>
  list(
    'Headers, each of which must have its value.',
    record(
      'One header.',
      {
        type: matchType('How the value is compared; Exact unless given.'),
        name: headerName('Name of the header; case does not matter.'),
        value: headerValue('The value.', channel),
      },
      { required: ['name', 'value'] },
    ),
    { maxItems: 16, keys: ['name'] },
  );

export const httpMatches = (channel: ApiChannel): Schema =>
  list(
    'Conditions, of which one must hold; all requests unless given.',
    record('Conditions that must all hold.', {
      path: record(
        'Path of the request, without the query.',
        {
          type: choice(
            '`PathPrefix` compares whole parts between slashes, `Exact` the whole path.',
            ['Exact', 'PathPrefix', 'RegularExpression'],
            { default: 'PathPrefix' },
          ),
          value: text('The path.', { maxLength: 1024, default: '/' }),
        },
        { default: anyPath, rules: [literalPath] },
      ),
      headers: headerMatches(channel),
      queryParams: list(
        'Parameters of the query, each of which must have its value.',
        record(
          'One parameter.',
          {
            type: matchType('How the value is compared; Exact unless given.'),
            name: headerName('Name of the parameter; case matters.'),
            value: text('The value.', { minLength: 1, maxLength: 1024 }),
          },
          { required: ['name', 'value'] },
        ),
        { maxItems: 16, keys: ['name'] },
      ),
      method: choice('Method of the request.', methods),
    }),
    { maxItems: 64, default: [{ path: anyPath }] },
  );
