import { isRecord } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { ListSchema, SchemaRule } from '../../schema.ts';
import { choice, list, record, text, texts } from '../../schema.ts';
import { oneSelection, selector, targetRef, targetRefs } from './selection.ts';

const serviceAccounts = (help: string): ListSchema =>
  list(
    help,
    text('`namespace/name`, or a name in the namespace of the policy.', {
      maxLength: 320,
    }),
    {
      maxItems: 16,
    },
  );

const accountsAlone: SchemaRule = (value) => {
  if (!isRecord(value) || (value.serviceAccounts === undefined && value.notServiceAccounts === undefined)) return [];
  const other = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'].find((key) => value[key] !== undefined);
  const message = `Service accounts say namespace and principal at once, so \`${other ?? ''}\` cannot be set beside them.`;
  return other === undefined ? [] : [{ path: [other], part: 'key', message }];
};

const source = record(
  'Conditions on the caller that must all hold; each list is alternatives.',
  {
    principals: texts(
      'Identities from the certificate of the caller, `trust-domain/ns/namespace/sa/name`. `*` at one end stands for anything. Needs mutual TLS.',
    ),
    notPrincipals: texts('Identities the caller must not have.'),
    requestPrincipals: texts('Identities from a token, `issuer/subject`; `*` for any valid token.'),
    notRequestPrincipals: texts('Token identities the request must not have.'),
    namespaces: texts('Namespaces the caller may be in. Needs mutual TLS.'),
    notNamespaces: texts('Namespaces the caller must not be in.'),
    serviceAccounts: serviceAccounts('Service accounts the caller may have. Needs mutual TLS.'),
    notServiceAccounts: serviceAccounts('Service accounts the caller must not have.'),
    trustDomains: texts('Trust domains the identity of the caller may be of. Needs mutual TLS.'),
    notTrustDomains: texts('Trust domains the identity of the caller must not be of.'),
    ipBlocks: texts('Addresses the connection may come from, as IP or CIDR.'),
    notIpBlocks: texts('Addresses the connection must not come from.'),
    remoteIpBlocks: texts(
      'Addresses of the original client, from `X-Forwarded-For` or the PROXY protocol, as IP or CIDR.',
    ),
    notRemoteIpBlocks: texts('Addresses the original client must not have.'),
  },
  { rules: [accountsAlone] },
);

const operation = record('Conditions on what is called that must all hold; each list is alternatives.', {
  hosts: texts('Hosts of the request; compared without regard to case. HTTP only.'),
  notHosts: texts('Hosts that must not be called. HTTP only.'),
  ports: texts('Ports of the workload, as texts.'),
  notPorts: texts('Ports that must not be called, as texts.'),
  methods: texts('HTTP methods. HTTP only.'),
  notMethods: texts('HTTP methods that must not be used. HTTP only.'),
  paths: texts(
    'Paths: exact, with `*` at one end, or a template with `{*}` for one segment and `{**}` for the rest. HTTP only.',
  ),
  notPaths: texts('Paths that must not be called. HTTP only.'),
});

const rule = record(
  'One rule: it fits if some `from`, some `to` and every `when` fit. An empty rule fits everything.',
  {
    from: list('Callers; any unless given.', record('One group of callers.', { source }), { maxItems: 512 }),
    to: list('What is called; anything unless given.', record('One group of operations.', { operation })),
    when: list(
      'Further conditions that must all hold.',
      record(
        'One condition.',
        {
          key: text('Attribute, such as `request.headers[x-user]`, `source.ip` or `request.auth.claims[groups]`.'),
          values: texts('Values of which one must fit.'),
          notValues: texts('Values of which none may fit.'),
        },
        { required: ['key'] },
      ),
    ),
  },
);

export const authorizationPolicy: KindSchema = {
  group: 'security.istio.io',
  kind: 'AuthorizationPolicy',
  versions: ['v1', 'v1beta1'],
  help: 'Who may call what: CUSTOM and DENY rules are asked first, then ALLOW; with any ALLOW policy, what none allows is refused.',
  required: [],
  fields: {
    spec: record(
      'For which workloads it is, and its rules.',
      {
        selector,
        targetRef,
        targetRefs,
        action: choice('What happens to requests that fit a rule. ALLOW unless given.', [
          'ALLOW',
          'DENY',
          'AUDIT',
          'CUSTOM',
        ]),
        provider: record('Who decides, for CUSTOM.', {
          name: text('Name of an `extensionProviders` entry of the mesh configuration.'),
        }),
        rules: list('Rules of which one must fit. Without any, an ALLOW policy allows nothing.', rule, {
          maxItems: 512,
        }),
      },
      { exclusive: [oneSelection] },
    ),
  },
};
