import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  sessionStatus,
  type StatusInput,
} from '../../../../../src/engine/discovery/kubernetes/session/session-status.ts';
import type { KindState, WatchedKind } from '../../../../../src/shared/cluster.ts';

const kind = (name: string, state: KindState, message?: string): WatchedKind => ({
  kind: name,
  version: 'v1',
  state,
  objects: 0,
  ...(message === undefined ? {} : { message }),
});
const synced = [kind('core/Service', 'synced'), kind('core/Pod', 'synced')];
const usual: StatusInput = {
  context: 'admin',
  trouble: undefined,
  kubernetesVersion: 'v1.37.0',
  isReviewed: true,
  confinedTo: [],
  chosen: [],
  knownNamespaces: [],
  kinds: synced,
  forbidden: [],
  meshes: [],
};
const pods = { verb: 'list', group: '', resource: 'pods' } as const;

const cases: readonly (readonly [string, Partial<StatusInput>, string, RegExp | undefined])[] = [
  ['all in step', {}, 'connected', undefined],
  ['rights not known yet', { isReviewed: false }, 'connecting', /what you may read/],
  ['nothing known yet', { kinds: [kind('core/Pod', 'absent')] }, 'connecting', /what the cluster serves/],
  [
    'lists under way',
    { kinds: [...synced, kind('networking.istio.io/Gateway', 'listing')] },
    'connecting',
    /^Reading 1 kind of 3 …$/,
  ],
  [
    'a kind that is late',
    {
      kinds: [
        ...synced,
        kind('core/Node', 'retrying', 'nodes cannot be followed: 500.'),
        kind('core/Secret', 'listing'),
      ],
    },
    'degraded',
    /^nodes cannot be followed: 500\.$/,
  ],
  [
    'the server is away, whatever the kinds say',
    { trouble: { reason: 'unreachable', message: 'No way there.' }, kinds: [] },
    'unreachable',
    /^No way there\.$/,
  ],
  ['a certificate', { trouble: { reason: 'tls', message: 'Not trusted.' } }, 'unreachable', /trusted/],
  ['refused credentials', { trouble: { reason: 'unauthorized', message: '401.' } }, 'unauthorized', /401/],
  ['a plugin that fails', { trouble: { reason: 'credentials', message: 'It failed.' } }, 'unauthorized', /failed/],
  [
    'no right at all',
    { kinds: [kind('core/Pod', 'forbidden'), kind('core/Service', 'forbidden')], forbidden: [pods] },
    'degraded',
    /You may read nothing of a mesh\. Choose a namespace/,
  ],
  [
    'something that matters is forbidden',
    {
      forbidden: [
        { ...pods, namespace: 'shop' },
        { ...pods, resource: 'services' },
      ],
    },
    'degraded',
    /^You may not list pods in shop; ask an administrator of the cluster for this right\. \(and 1 more\)$/,
  ],
  [
    'something is forbidden that can be done without',
    { forbidden: [{ ...pods, resource: 'secrets' }] },
    'connected',
    undefined,
  ],
  [
    'one namespace only',
    { confinedTo: ['shop'] },
    'connected',
    /^You may read the namespace shop only; the rest of the cluster is not shown\.$/,
  ],
  ['one namespace, chosen', { confinedTo: ['shop'], chosen: ['shop'] }, 'connected', undefined],
];
for (const [what, given, phase, message] of cases)
  test(what, () => {
    const status = sessionStatus({ ...usual, ...given });
    assert.equal(status.phase, phase);
    if (message) assert.match(status.message ?? '', message);
    else assert.equal(status.message, undefined);
  });
