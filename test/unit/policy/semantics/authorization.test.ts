import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import type { UnidentifiedCall } from '../../../../src/engine/policy/semantics/authorization.ts';
import {
  policiesOfWorkload,
  readAuthorizationPolicies,
  refusalOf,
} from '../../../../src/engine/policy/semantics/authorization.ts';

function policy(
  name: string,
  spec: unknown,
  { namespace = 'shop', annotations = {} }: Partial<Pick<MeshObject, 'namespace' | 'annotations'>> = {},
): MeshObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    namespace,
    name,
    labels: {},
    annotations,
    spec,
    origin: { layer: 'workspace', source: 'file:///a.yaml', document: 0 },
  };
}

const health: UnidentifiedCall = { port: 8080, request: { method: 'GET', path: '/health' } };
const named: UnidentifiedCall = { port: 8080, request: { method: 'GET', path: '/health', host: 'Cart.example.com' } };
const encrypted: UnidentifiedCall = { port: 8443 };

const to = (operation: unknown): unknown => [{ to: [{ operation }] }];
const from = (source: unknown): unknown => [{ from: [{ source }] }];
const when = (condition: unknown): unknown => [{ when: [condition] }];

describe('a call without identity is refused', () => {
  const refused: readonly (readonly [string, 'ALLOW' | 'DENY', unknown, UnidentifiedCall])[] = [
    ['nothing is allowed', 'ALLOW', undefined, health],
    ['accounts are allowed', 'ALLOW', from({ principals: ['*'] }), health],
    ['namespaces are allowed', 'ALLOW', from({ namespaces: ['shop'] }), health],
    ['another port is allowed', 'ALLOW', to({ ports: ['9090'] }), health],
    ['the port is excepted', 'ALLOW', to({ notPorts: ['8080'] }), health],
    ['another path is allowed', 'ALLOW', to({ paths: ['/api/*', '*.js'] }), health],
    ['another method is allowed', 'ALLOW', to({ methods: ['POST'] }), health],
    ['names are allowed', 'ALLOW', to({ hosts: ['cart.example.com', '*.example.com'] }), health],
    ['another name is allowed', 'ALLOW', to({ hosts: ['reviews.example.com'] }), named],
    ['tokens are allowed', 'ALLOW', from({ requestPrincipals: ['*'] }), health],
    ['claims are asked for', 'ALLOW', when({ key: 'request.auth.claims[group]', values: ['a'] }), health],
    ['a namespace is asked for', 'ALLOW', when({ key: 'source.namespace', values: ['shop'] }), health],
    ['another port is asked for', 'ALLOW', when({ key: 'destination.port', values: ['9090'] }), health],
    [
      'the account is wrong, whatever the address',
      'ALLOW',
      from({ namespaces: ['shop'], ipBlocks: ['10.0.0.0/8'] }),
      health,
    ],
    ['paths are allowed, and it is encrypted', 'ALLOW', to({ paths: ['/health'] }), encrypted],
    ['everything is denied', 'DENY', [{}], health],
    ['who has no identity is denied', 'DENY', from({ notPrincipals: ['*'] }), health],
    ['the path is denied', 'DENY', to({ paths: ['/health'] }), health],
    ['other paths than one are denied', 'DENY', to({ notPaths: ['/api*'] }), health],
    ['who has no token is denied', 'DENY', from({ notRequestPrincipals: ['*'] }), health],
    ['who comes from elsewhere is denied', 'DENY', when({ key: 'source.namespace', notValues: ['shop'] }), health],
    ['a path is denied on an encrypted port', 'DENY', to({ paths: ['/admin'], ports: ['8443'] }), encrypted],
    ['the name is denied', 'DENY', to({ hosts: ['cart.example.com'] }), named],
  ];
  for (const [name, action, rules, call] of refused) {
    test(name, () => {
      const own = policy('a', { action, ...(rules !== undefined && { rules }) });
      assert.deepEqual(refusalOf([own], call), { action, policies: [own] });
    });
  }

  test('by all policies that allow, none of which fits', () => {
    const first = policy('a', { rules: to({ ports: ['1'] }) });
    const second = policy('b', { rules: from({ serviceAccounts: ['web'] }) });
    assert.deepEqual(refusalOf([first, second], health), { action: 'ALLOW', policies: [first, second] });
  });

  test('by one that denies, before one that allows', () => {
    const denies = policy('b', { action: 'DENY', rules: [{}] });
    assert.deepEqual(refusalOf([policy('a', { rules: [{}] }), denies], health), {
      action: 'DENY',
      policies: [denies],
    });
  });
});

describe('a call without identity may pass', () => {
  const passing: readonly (readonly [string, 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM', unknown, UnidentifiedCall])[] = [
    ['everything is allowed', 'ALLOW', [{}], health],
    ['the path is allowed', 'ALLOW', to({ paths: ['/health'] }), health],
    ['the start of the path is allowed', 'ALLOW', to({ paths: ['/he*'] }), health],
    ['the end of the path is allowed', 'ALLOW', to({ paths: ['*lth'] }), health],
    ['a template may fit', 'ALLOW', to({ paths: ['/{*}'] }), health],
    ['the port is allowed', 'ALLOW', to({ ports: ['8080'] }), health],
    ['the method is allowed', 'ALLOW', to({ methods: ['GET'], notPaths: ['/api'] }), health],
    ['an address may fit', 'ALLOW', from({ ipBlocks: ['10.0.0.0/8'] }), health],
    ['a header may fit', 'ALLOW', when({ key: 'request.headers[User-Agent]', values: ['kube-probe/*'] }), health],
    ['an address as host may fit', 'ALLOW', to({ hosts: ['10.*'] }), health],
    ['the name is allowed', 'ALLOW', to({ hosts: ['*.EXAMPLE.com'] }), named],
    ['one of two rules allows', 'ALLOW', [...(to({ ports: ['1'] }) as unknown[]), {}], health],
    ['nothing is denied', 'DENY', undefined, health],
    ['callers with identity are denied', 'DENY', from({ principals: ['*'] }), health],
    ['another path is denied, if it is HTTP', 'DENY', to({ paths: ['/admin'] }), health],
    ['an address may be denied', 'DENY', from({ ipBlocks: ['10.0.0.0/8'] }), health],
    ['another decides', 'CUSTOM', [{}], health],
    ['it is only noted', 'AUDIT', [{}], health],
  ];
  for (const [name, action, rules, call] of passing) {
    test(name, () => {
      assert.equal(refusalOf([policy('a', { action, ...(rules !== undefined && { rules }) })], call), undefined);
    });
  }

  test('where no policy is', () => {
    assert.equal(refusalOf([], health), undefined);
  });
});

test('a workload follows policies of its namespace and of the mesh, by labels', () => {
  const selector = (labels: unknown): unknown => ({ selector: { matchLabels: labels } });
  const index = readAuthorizationPolicies([
    policy('all', {}),
    policy('own', selector({ app: 'cart' })),
    policy('other', selector({ app: 'web' })),
    policy('mesh', {}, { namespace: 'istio-system' }),
    policy('elsewhere', {}, { namespace: 'bank' }),
    policy('waypoint', { targetRefs: [{ kind: 'Service', name: 'cart' }] }),
    policy('tried', {}, { annotations: { 'istio.io/dry-run': 'true' } }),
  ]);
  const followed = policiesOfWorkload(index, 'istio-system', { namespace: 'shop', labels: { app: 'cart' } });
  assert.deepEqual(
    followed.map(({ name }) => name),
    ['mesh', 'all', 'own'],
  );
});
