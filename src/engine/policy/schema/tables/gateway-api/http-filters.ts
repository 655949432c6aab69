import { fieldOf, listOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, Schema, SchemaRule } from '../../schema.ts';
import { choice, flag, integer, list, record, text, texts } from '../../schema.ts';
import { aloneWhen, union } from '../table-rules.ts';
import { experimentalIn } from './channel.ts';
import { commonFilterFields, commonFilters, notRepeated } from './filters.ts';
import { headerName, preciseHostname } from './names.ts';
import { portNumber } from '../port-number.ts';
import { backendReference } from './references.ts';

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

const pathModifier = (help: string): ObjectSchema =>
  record(
    help,
    {
      type: choice('Whether the whole path or the matched prefix is replaced.', [
        'ReplaceFullPath',
        'ReplacePrefixMatch',
      ]),
      replaceFullPath: text('The new path; for the type ReplaceFullPath.', { maxLength: 1024 }),
      replacePrefixMatch: text(
        'What stands in the place of the matched prefix; for the type ReplacePrefixMatch. The rule must match one `PathPrefix`.',
        { maxLength: 1024 },
      ),
    },
    {
      required: ['type'],
      rules: [
        union('A change', 'type', { ReplaceFullPath: 'replaceFullPath', ReplacePrefixMatch: 'replacePrefixMatch' }),
      ],
    },
  );

const requestRedirect = record('The answer is a redirect.', {
  scheme: choice('Scheme of the new URL; that of the request unless given.', ['http', 'https']),
  hostname: preciseHostname('Host of the new URL; that of the request unless given.'),
  path: pathModifier('Path of the new URL; that of the request unless given.'),
  port: portNumber('Port of the new URL; that of its scheme or of the listener unless given.'),
  statusCode: integer('Status of the answer.', { values: [301, 302, 303, 307, 308], default: 302 }),
});

const urlRewrite = record('Host and path of the request are changed on the way to the backend.', {
  hostname: preciseHostname('Host the backend sees.'),
  path: pathModifier('Path the backend sees.'),
});

const headerNames = (help: string): ListSchema => ({
  ...list(help, headerName('Name of a header.')),
  maxItems: 64,
  isSet: true,
});

const cors = record('Pages of other origins may call; preflight requests are answered here.', {
  allowOrigins: {
    ...texts('Origins that may call, such as `https://example.com`; `*` stands for all.', {
      minLength: 1,
      maxLength: 253,
      pattern: /(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)/,
      patternHelp: '`*`, or scheme and host such as `https://example.com`',
    }),
    maxItems: 64,
    isSet: true,
    rules: [aloneWhen('*')],
  },
  allowCredentials: flag('Whether cookies and the like may be sent.'),
  allowMethods: {
    ...list('Methods that may be used; `*` stands for all.', choice('A method.', [...methods, '*'])),
    maxItems: 9,
    isSet: true,
    rules: [aloneWhen('*')],
  },
  allowHeaders: {
    ...headerNames('Headers of requests that may be sent; `*` stands for all.'),
    rules: [aloneWhen('*')],
  },
  exposeHeaders: headerNames('Headers of answers that pages may read.'),
  maxAge: integer('Seconds a browser may keep the answer to a preflight request.', {
    minimum: 1,
    format: 'int32',
    default: 5,
  }),
});

const headerTexts = (help: string): ListSchema => ({ ...texts(help), maxItems: 64, isSet: true });

const externalAuth = record(
  'Another service decides whether the request may pass.',
  {
    protocol: choice('How the service is asked: `HTTP`, or `GRPC` in the way of Envoy.', ['HTTP', 'GRPC']),
    backendRef: backendReference('The service that decides.'),
    grpc: record('For the protocol GRPC.', {
      allowedHeaders: headerTexts('Headers of the request that the service sees; all unless given.'),
    }),
    http: record('For the protocol HTTP.', {
      path: text('Prefix of the path the service is asked at.', {
        maxLength: 1024,
        pattern: /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$/,
        patternHelp: 'a path of letters, digits and the signs URLs allow',
      }),
      allowedHeaders: headerTexts('Further headers of the request that the service sees.'),
      allowedResponseHeaders: headerTexts('Headers of the answer that go on to the backend; all unless given.'),
    }),
    forwardBody: record('Whether the service sees the body of the request.', {
      maxSize: integer('Bytes of the body that are passed on; 0 for none.', { minimum: 0, format: 'int32' }),
    }),
  },
  { required: ['backendRef', 'protocol'], rules: [union('A decision', 'protocol', { GRPC: 'grpc', HTTP: 'http' })] },
);

const redirectOrRewrite: SchemaRule = (value) => {
  const types = listOf(value).map((filter) => fieldOf(filter, 'type'));
  const at = types.indexOf('URLRewrite');
  return at >= 0 && types.includes('RequestRedirect')
    ? [{ path: [at], message: 'A request is either redirected or rewritten; the filters exclude each other.' }]
    : [];
};

/** Filters of a rule or a backend. */
export const httpFilters = (help: string, channel: ApiChannel): Schema =>
  list(
    help,
    record(
      'One filter.',
      {
        type: choice(
          'What it does; the field of this name holds the details.',
          [
            'RequestHeaderModifier',
            'ResponseHeaderModifier',
            'RequestMirror',
            'RequestRedirect',
            'URLRewrite',
            'ExtensionRef',
            'CORS',
            ...(channel === 'experimental' ? ['ExternalAuth'] : []),
          ],
          channel === 'standard' ? { experimentalValues: ['ExternalAuth'] } : {},
        ),
        ...commonFilters(channel),
        requestRedirect,
        urlRewrite,
        cors,
        externalAuth: experimentalIn(channel)(externalAuth),
      },
      {
        required: ['type'],
        rules: [
          union('A filter', 'type', {
            ...commonFilterFields,
            RequestRedirect: 'requestRedirect',
            URLRewrite: 'urlRewrite',
            CORS: 'cors',
            ...(channel === 'experimental' && { ExternalAuth: 'externalAuth' }),
          }),
        ],
      },
    ),
    {
      maxItems: 16,
      rules: [
        redirectOrRewrite,
        notRepeated(['CORS', 'RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite']),
      ],
    },
  );
