/** Who may call: policies of Linkerd and the authentications they ask for. */
import type { KindSchema } from '../../kind-schema.ts';
import { choice, flag, integer, list, record, text, texts } from '../../schema.ts';
import { groupName, kindName, namespaceName, objectName } from '../gateway-api/names.ts';
import { label, networks, policyGroup, selector, targetReference } from './linkerd-parts.ts';

const namespaceText = text('Namespace of the object; that of this one unless given.', {
  maxLength: 253,
});

export const authorizationPolicy: KindSchema = {
  group: policyGroup,
  kind: 'AuthorizationPolicy',
  versions: ['v1alpha1'],
  help: 'Allows calls of a target that fulfil all the authentications it names.',
  required: ['spec'],
  fields: {
    spec: record(
      'The target and what callers must fulfil.',
      {
        targetRef: targetReference('What the policy is for.'),
        requiredAuthenticationRefs: list(
          'Authentications that a caller must all fulfil; an empty list lets anybody in.',
          record(
            'A MeshTLSAuthentication, a NetworkAuthentication or a ServiceAccount.',
            {
              group: groupName('API group of the object; the core group unless given.'),
              kind: kindName('Kind of the object.'),
              name: objectName('Name of the object.'),
              namespace: namespaceText,
            },
            { required: ['kind', 'name'] },
          ),
        ),
      },
      { required: ['targetRef', 'requiredAuthenticationRefs'] },
    ),
  },
};

export const meshTlsAuthentication: KindSchema = {
  group: policyGroup,
  kind: 'MeshTLSAuthentication',
  versions: ['v1alpha1'],
  help: 'Identities of callers inside the mesh, for AuthorizationPolicies to name.',
  required: ['spec'],
  fields: {
    spec: record(
      'The identities.',
      {
        identities: {
          ...texts('Identities, such as `web.shop.serviceaccount.identity.linkerd.cluster.local`; `*` stands for all.'),
          minItems: 1,
        },
        identityRefs: list(
          'ServiceAccounts or Namespaces whose identities count.',
          record(
            'One ServiceAccount or Namespace.',
            {
              group: groupName('API group of the object; the core group unless given.'),
              kind: kindName('Kind of the object.'),
              name: objectName('Name of the object; all of the kind unless given.'),
              namespace: namespaceText,
            },
            { required: ['kind'] },
          ),
          { minItems: 1 },
        ),
      },
      { exactlyOne: [['identities', 'identityRefs']] },
    ),
  },
};

export const networkAuthentication: KindSchema = {
  group: policyGroup,
  kind: 'NetworkAuthentication',
  versions: ['v1alpha1'],
  help: 'Addresses of callers, for AuthorizationPolicies to name.',
  required: ['spec'],
  fields: {
    spec: record(
      'The addresses.',
      { networks: networks('Ranges of addresses callers may have.') },
      { required: ['networks'] },
    ),
  },
};

export const serverAuthorization: KindSchema = {
  group: policyGroup,
  kind: 'ServerAuthorization',
  versions: ['v1beta1', 'v1alpha1'],
  help: 'Allows callers of Servers. AuthorizationPolicy says the same for more kinds.',
  required: ['spec'],
  fields: {
    spec: record(
      'The Servers and the callers.',
      {
        server: record(
          'Servers it is for.',
          { name: label('Name of the Server.'), selector: selector('Labels of the Servers.') },
          { exactlyOne: [['name', 'selector']] },
        ),
        client: record('Callers that are allowed.', {
          networks: networks('Addresses the callers may have.'),
          unauthenticated: flag('Whether callers without mutual TLS are allowed.'),
          meshTLS: record('Callers inside the mesh.', {
            unauthenticatedTLS: flag('Whether TLS without an identity is enough.'),
            identities: texts('Identities that are allowed; `*` stands for all, or for the first part.', {
              pattern: /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
              patternHelp: 'a name in lower case; its first part may be `*`',
            }),
            serviceAccounts: list(
              'Service accounts that are allowed.',
              record(
                'One service account.',
                {
                  name: label('Name of the account.'),
                  namespace: label('Its namespace; that of this object unless given.'),
                },
                { required: ['name'] },
              ),
            ),
          }),
        }),
      },
      { required: ['server', 'client'] },
    ),
  },
};

const rate = integer('Requests allowed in a second.', { format: 'int64' });

export const rateLimit: KindSchema = {
  group: policyGroup,
  kind: 'HTTPLocalRateLimitPolicy',
  versions: ['v1alpha1'],
  help: 'How many requests each pod of a Server takes in a second.',
  required: ['spec'],
  fields: {
    spec: record(
      'The Server and its limits.',
      {
        targetRef: targetReference('The Server.'),
        total: record('All callers together.', { requestsPerSecond: rate }, { required: ['requestsPerSecond'] }),
        identity: record(
          'Each caller, and all callers without an identity together.',
          { requestsPerSecond: rate },
          { required: ['requestsPerSecond'] },
        ),
        overrides: list(
          'Limits of single callers.',
          record(
            'One limit.',
            {
              requestsPerSecond: rate,
              clientRefs: list(
                'Service accounts of the callers.',
                record(
                  'One caller.',
                  {
                    group: groupName('API group of the object; the core group unless given.'),
                    kind: kindName('Kind of the object: ServiceAccount.'),
                    namespace: namespaceName('Namespace of the account; that of this object unless given.'),
                    name: objectName('Name of the account.'),
                  },
                  { required: ['kind', 'name'] },
                ),
              ),
            },
            { required: ['requestsPerSecond', 'clientRefs'] },
          ),
        ),
      },
      { required: ['targetRef'] },
    ),
  },
};

export const egressNetwork: KindSchema = {
  group: policyGroup,
  kind: 'EgressNetwork',
  versions: ['v1alpha1'],
  help: 'Addresses outside the cluster, and whether pods may call them.',
  required: ['spec'],
  fields: {
    spec: record(
      'The addresses and what holds for them.',
      {
        trafficPolicy: choice('What happens to calls that no route is for.', ['Allow', 'Deny']),
        networks: networks('Ranges of addresses; all outside the cluster unless given.'),
      },
      { required: ['trafficPolicy'] },
    ),
  },
};
