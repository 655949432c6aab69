import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import type { MeshObject } from '../../../../../src/engine/model/mesh-object.ts';
import { attachRoute } from '../../../../../src/engine/policy/semantics/gateway-api/attachment.ts';
import { readListeners } from '../../../../../src/engine/policy/semantics/gateway-api/listeners.ts';
import { readRoute } from '../../../../../src/engine/policy/semantics/gateway-api/route.ts';

const objectOf = (kind: string, namespace: string, spec: string): MeshObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  namespace,
  name: 'it',
  labels: {},
  annotations: {},
  spec: parse(spec) as unknown,
  origin: { layer: 'workspace', source: 'file:///test.yaml' },
});

const labels: Readonly<Record<string, Readonly<Record<string, string>>>> = { shop: { team: 'shop' }, bank: {} };

/** `attached http,https`, the reason of the refusal, or `undecided`. */
function outcome(kind: string, namespace: string, route: string, listeners: string): string {
  const view = readRoute(objectOf(kind, namespace, route));
  const [parent] = view.parents;
  assert.ok(parent);
  const attachment = attachRoute(
    view,
    parent,
    readListeners(objectOf('Gateway', 'infra', `{listeners: ${listeners}}`)),
    {
      labelsOf: (name) => labels[name],
      isSameNamespace: ({ object }, { owner }) =>
        object.namespace === '' ? undefined : object.namespace === owner.namespace,
    },
  );
  if (attachment.state === 'attached') return `attached ${attachment.listeners.map(({ name }) => name).join(',')}`;
  return attachment.state === 'refused' ? attachment.reason : 'undecided';
}

const toAll = 'allowedRoutes: {namespaces: {from: All}}';
const to = (selector: string): string => `allowedRoutes: {namespaces: {from: Selector, selector: ${selector}}}`;
const plain = '{parentRefs: [{name: it}]}';
const http = (more: string, name = 'http'): string => `{name: ${name}, port: 80, protocol: HTTP${more && `, ${more}`}}`;

// The rules are those of the Gateway API: types of Gateway and HTTPRoute, and the reasons their status gives.
describe('routes are attached to the listeners that admit them', () => {
  const cases: readonly (readonly [string, string, string, string, string])[] = [
    ['HTTPRoute', 'infra', plain, `[${http('')}]`, 'attached http'],
    ['HTTPRoute', 'shop', plain, `[${http('')}]`, 'NotAllowedByListeners'],
    ['HTTPRoute', '', plain, `[${http('')}]`, 'undecided'],
    ['HTTPRoute', 'shop', plain, `[${http(toAll)}]`, 'attached http'],
    ['HTTPRoute', 'infra', plain, `[${http('allowedRoutes: {namespaces: {from: None}}')}]`, 'NotAllowedByListeners'],
    ['HTTPRoute', 'shop', plain, `[${http(to('{matchLabels: {team: shop}}'))}]`, 'attached http'],
    ['HTTPRoute', 'bank', plain, `[${http(to('{matchLabels: {team: shop}}'))}]`, 'NotAllowedByListeners'],
    ['HTTPRoute', 'unseen', plain, `[${http(to('{matchLabels: {team: shop}}'))}]`, 'undecided'],
    [
      'HTTPRoute',
      'unseen',
      plain,
      `[${http(to('{matchLabels: {kubernetes.io/metadata.name: unseen}}'))}]`,
      'attached http',
    ],
    [
      'HTTPRoute',
      'unseen',
      plain,
      `[${http(to('{matchLabels: {kubernetes.io/metadata.name: shop, team: a}}'))}]`,
      'NotAllowedByListeners',
    ],
    [
      'HTTPRoute',
      'bank',
      plain,
      `[${http(to('{matchExpressions: [{key: team, operator: DoesNotExist}]}'))}]`,
      'attached http',
    ],
    ['HTTPRoute', 'bank', plain, `[${http(to('{}'))}]`, 'attached http'],
    [
      'HTTPRoute',
      'infra',
      '{parentRefs: [{name: it, sectionName: b}]}',
      `[${http('', 'a')}, ${http('hostname: b', 'b')}]`,
      'attached b',
    ],
    ['HTTPRoute', 'infra', '{parentRefs: [{name: it, sectionName: c}]}', `[${http('', 'a')}]`, 'NoMatchingParent'],
    ['HTTPRoute', 'infra', '{parentRefs: [{name: it, port: 81}]}', `[${http('', 'a')}]`, 'NoMatchingParent'],
    ['HTTPRoute', 'infra', '{parentRefs: [{name: it, port: 80}]}', `[${http('', 'a')}]`, 'attached a'],
    ['TCPRoute', 'infra', plain, `[${http('')}]`, 'NotAllowedByListeners'],
    ['TCPRoute', 'infra', plain, '[{name: tcp, port: 5432, protocol: TCP}]', 'attached tcp'],
    ['GRPCRoute', 'infra', plain, '[{name: s, port: 443, protocol: HTTPS, tls: {}}]', 'attached s'],
    ['TLSRoute', 'infra', plain, '[{name: s, port: 443, protocol: TLS, tls: {mode: Passthrough}}]', 'attached s'],
    [
      'TCPRoute',
      'infra',
      plain,
      '[{name: s, port: 443, protocol: TLS, tls: {mode: Passthrough}}]',
      'NotAllowedByListeners',
    ],
    ['TCPRoute', 'infra', plain, '[{name: s, port: 443, protocol: TLS, tls: {}}]', 'attached s'],
    ['HTTPRoute', 'infra', plain, `[${http('allowedRoutes: {kinds: [{kind: GRPCRoute}]}')}]`, 'NotAllowedByListeners'],
    ['HTTPRoute', 'infra', plain, '[{name: own, port: 1, protocol: example.com/SPECIAL}]', 'attached own'],
    [
      'HTTPRoute',
      'infra',
      '{parentRefs: [{name: it}], hostnames: [a.example.com]}',
      `[${http('hostname: "*.example.com"')}]`,
      'attached http',
    ],
    [
      'HTTPRoute',
      'infra',
      '{parentRefs: [{name: it}], hostnames: [example.com]}',
      `[${http('hostname: "*.example.com"')}]`,
      'NoMatchingListenerHostname',
    ],
    [
      'HTTPRoute',
      'infra',
      '{parentRefs: [{name: it}], hostnames: [b.com, a.com]}',
      `[${http('hostname: a.com')}, ${http('hostname: c.com', 'c')}]`,
      'attached http',
    ],
    // One listener admits the namespace, the other the hostname: neither admits the route.
    [
      'HTTPRoute',
      'shop',
      '{parentRefs: [{name: it}], hostnames: [a.com]}',
      `[${http('hostname: a.com')}, ${http(`hostname: c.com, ${toAll}`, 'c')}]`,
      'NoMatchingListenerHostname',
    ],
  ];
  for (const [kind, namespace, route, listeners, expected] of cases) {
    test(`${kind} of ${namespace} ${route} at ${listeners}`, () =>
      assert.equal(outcome(kind, namespace, route, listeners), expected));
  }
});
