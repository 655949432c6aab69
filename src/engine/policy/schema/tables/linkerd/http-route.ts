/** Linkerd's own copy of the HTTPRoute of the Gateway API, from before that was stable. */
import type { KindFields, KindSchema } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, Schema } from '../../schema.ts';
import { choice, integer, list, record, text, texts } from '../../schema.ts';
import { headerValue } from '../gateway-api/filters.ts';
import { methods } from '../gateway-api/http-filters.ts';
import { headerMatches } from '../gateway-api/http-matches.ts';
import {
  groupName,
  headerName,
  hostname,
  kindName,
  namespaceName,
  objectName,
  preciseHostname,
  sectionName,
} from '../gateway-api/names.ts';
import { portNumber } from '../port-number.ts';
import { policyGroup } from './linkerd-parts.ts';

const anyPath = { type: 'PathPrefix', value: '/' };

const parentReferences = (port: Schema): ListSchema =>
  list(
    'What the route attaches to: a Server for calls that come in, a Service for calls that go out.',
    record(
      'One parent.',
      {
        group: groupName('API group of the parent; empty for a Service.', { default: policyGroup }),
        kind: kindName('Kind of the parent.', { default: 'Gateway' }),
        name: objectName('Name of the parent.'),
        namespace: namespaceName('Namespace of the parent; that of this route unless given.'),
        port,
        sectionName: sectionName('Part of the parent; all of it unless given.'),
      },
      { required: ['name'] },
    ),
    { maxItems: 32 },
  );

const headerModifier = (what: string): ObjectSchema => {
  const headers = (help: string): Schema =>
    list(
      help,
      record(
        'One header.',
        { name: headerName('Name of the header.'), value: headerValue('Its value.', 'standard') },
        { required: ['name', 'value'] },
      ),
      { maxItems: 16, keys: ['name'] },
    );
  return record(`Headers of the ${what} to change.`, {
    set: headers('Headers to set, replacing what is there.'),
    add: headers('Headers to add to what is there.'),
    remove: { ...texts('Headers to remove.'), maxItems: 16 },
  });
};

const requestRedirect = record('The answer is a redirect.', {
  scheme: choice('Scheme of the new URL.', ['http', 'https']),
  hostname: preciseHostname('Host of the new URL.'),
  path: record(
    'Path of the new URL.',
    {
      type: choice('Whether the whole path or the matched prefix is replaced.', [
        'ReplaceFullPath',
        'ReplacePrefixMatch',
      ]),
      replaceFullPath: text('The new path.', { maxLength: 1024 }),
      replacePrefixMatch: text('What stands in the place of the prefix.', { maxLength: 1024 }),
    },
    { required: ['type'] },
  ),
  port: portNumber('Port of the new URL.'),
  statusCode: integer('Status of the answer.', { values: [301, 302], default: 302 }),
});

const filters = (help: string, further: Readonly<Record<string, Schema>>): ListSchema =>
  list(
    help,
    record(
      'One filter.',
      {
        type: choice('What it does; the field of this name holds the details.', [
          'RequestHeaderModifier',
          ...('responseHeaderModifier' in further ? ['ResponseHeaderModifier'] : []),
          'RequestRedirect',
        ]),
        requestHeaderModifier: headerModifier('request'),
        requestRedirect,
        ...further,
      },
      { required: ['type'] },
    ),
    { maxItems: 16 },
  );

const compared = choice('How the value is compared; Exact unless given.', ['Exact', 'RegularExpression'], {
  default: 'Exact',
});

const matches = list(
  'Conditions, of which one must hold; all requests unless given.',
  record('Conditions that must all hold.', {
    path: record(
      'Path of the request, without the query.',
      {
        type: choice('How the path is compared.', ['Exact', 'PathPrefix', 'RegularExpression'], {
          default: 'PathPrefix',
        }),
        value: text('The path.', { maxLength: 1024, default: '/' }),
      },
      { default: anyPath },
    ),
    headers: headerMatches('standard'),
    queryParams: list(
      'Parameters of the query, each of which must have its value.',
      record(
        'One parameter.',
        {
          type: compared,
          name: text('Name of the parameter.', { minLength: 1, maxLength: 256 }),
          value: text('The value.', { minLength: 1, maxLength: 1024 }),
        },
        { required: ['name', 'value'] },
      ),
      { maxItems: 16, keys: ['name'] },
    ),
    method: choice('Method of the request.', methods),
  }),
  { maxItems: 8, default: [{ path: anyPath }] },
);

const backendFilters = filters('What happens to requests that go to this backend.', {
  responseHeaderModifier: headerModifier('answer'),
});

const backends = list(
  'Where the requests go.',
  record(
    'One backend and its share.',
    {
      group: groupName('API group of the backend; the core group unless given.', { default: '' }),
      kind: kindName('Kind of the backend; Service unless given.', { default: 'Service' }),
      name: objectName('Name of the backend.'),
      namespace: namespaceName('Namespace of the backend; that of this route unless given.'),
      port: portNumber('Port of the service.'),
      weight: integer('Share of the traffic relative to the weights beside it.', {
        minimum: 0,
        maximum: 1_000_000,
        format: 'int32',
        default: 1,
      }),
      filters: backendFilters,
    },
    { required: ['name'] },
  ),
  { maxItems: 16 },
);

/** Early versions knew backends, but did nothing with them. */
const earlyBackends = list(
  'Where the requests go.',
  record('One backend.', {
    name: text('Name of the backend.'),
    namespace: text('Namespace of the backend.', { default: 'default' }),
    port: integer('Port of the service.'),
    filters: backendFilters,
  }),
);

const timeouts = record('Time limits.', {
  request: text('For the whole request.', { format: 'go-duration' }),
  backendRequest: text('For one try at a backend.', { format: 'go-duration' }),
});

const route = (port: Schema, rule: Readonly<Record<string, Schema>>): KindFields => ({
  required: ['spec'],
  fields: {
    spec: record('Parents, hosts and rules.', {
      parentRefs: parentReferences(port),
      hostnames: list('Hosts the route is for; all unless given.', hostname('A host.'), { maxItems: 16 }),
      rules: list(
        'Rules; of those that match, the most specific counts.',
        record('One rule.', { matches, filters: filters('What happens to requests of the rule.', {}), ...rule }),
        { maxItems: 16, default: [{ matches: [{ path: anyPath }] }] },
      ),
    }),
  },
});

const port = portNumber('Port of the parent; all unless given.');
const early = route(integer('Port of the parent; all unless given.'), {
  backendRefs: earlyBackends,
});

export const httpRoute: KindSchema = {
  group: policyGroup,
  kind: 'HTTPRoute',
  versions: ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'],
  help: 'How HTTP requests are told apart and sent on by Linkerd. New routes use the HTTPRoute of the Gateway API.',
  ...route(port, { backendRefs: backends, timeouts }),
  ofVersion: { v1beta2: route(port, { backendRefs: backends }), v1beta1: early, v1alpha1: early },
};
