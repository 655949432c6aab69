import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterNode } from '../../../src/extension/features/clusters/cluster-node.ts';
import { clusterStatusText } from '../../../src/extension/features/clusters/cluster-status-text.ts';
import { clusterTree, type ClusterTreeInput } from '../../../src/extension/features/clusters/cluster-tree.ts';
import { administratorText } from '../../../src/extension/features/clusters/forbidden-text.ts';
import type {
  ClusterContext,
  ClusterStatus,
  ClusterTree,
  ConnectionPhase,
  KindState,
  WatchedKind,
} from '../../../src/shared/cluster.ts';
import { english } from './translate.ts';

const context = (name: string, more: Partial<ClusterContext> = {}): ClusterContext => ({
  name,
  cluster: `${name}-cluster`,
  user: `${name}-user`,
  server: 'https://10.0.0.1:6443',
  isCurrent: false,
  insecure: false,
  authentication: 'certificate',
  needsConsent: false,
  ...more,
});

const status = (name: string, phase: ConnectionPhase, more: Partial<ClusterStatus> = {}): ClusterStatus => ({
  context: name,
  phase,
  namespaces: [],
  knownNamespaces: [],
  kinds: [],
  forbidden: [],
  meshes: [],
  telemetry: { state: 'unknown' },
  asOf: '2026-01-01T00:00:00Z',
  ...more,
});

const kind = (name: string, state: KindState): WatchedKind => ({ kind: name, version: 'v1', state, objects: 0 });

/** Of a user with rights in one namespace. */
const limited = status('guest', 'degraded', {
  namespaces: ['shop'],
  message: 'You may not list secrets.',
  kinds: [kind('core/Service', 'synced'), kind('core/Secret', 'forbidden')],
  forbidden: [{ verb: 'list', group: '', resource: 'secrets' }],
});

const input = (more: Partial<ClusterTreeInput>): ClusterTreeInput => ({
  contexts: [context('admin', { isCurrent: true }), context('guest')],
  problems: [],
  chosen: ['admin'],
  statuses: new Map(),
  trees: new Map(),
  ...more,
});

const one = (statusOf: ClusterStatus, tree?: ClusterTree): ClusterNode => {
  const [node] = clusterTree(
    input({
      statuses: new Map([[statusOf.context, statusOf]]),
      trees: tree === undefined ? new Map() : new Map([[tree.context, tree]]),
    }),
    english,
  );
  assert.ok(node);
  return node;
};

const bookinfo: ClusterTree = {
  context: 'admin',
  namespaces: [
    {
      name: 'bookinfo',
      health: { health: 'degraded', reason: 'Deployment reviews-v1: 1 of 2 replicas are available' },
      membership: 'sidecar injection',
      services: [
        {
          ref: { apiVersion: 'v1', kind: 'Service', namespace: 'bookinfo', name: 'reviews' },
          health: { health: 'healthy', reason: '1 endpoint ready' },
          description: '9080 http · 1/1 ready',
        },
      ],
      workloads: [
        {
          ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'bookinfo', name: 'reviews-v1' },
          health: { health: 'degraded', reason: '1 of 2 replicas are available' },
          description: '1/2 ready · sidecar · proxy stale',
          reason: '1 of 2 replicas are available',
          membership: 'sidecar',
          sync: 'stale',
        },
      ],
      gateways: [],
      policies: [],
    },
  ],
};

describe('the Clusters view', () => {
  test('is empty while no context is chosen, so that the view says what to do', () => {
    assert.deepEqual(clusterTree(input({ chosen: [] }), english), []);
  });

  test('tells what is wrong with the kubeconfig', () => {
    const [row] = clusterTree(input({ chosen: [], problems: ['/a/config is no YAML.'] }), english);
    assert.equal(row?.label, '/a/config is no YAML.');
    assert.equal(row?.spoken, 'Kubeconfig: /a/config is no YAML.');
    assert.equal(row.click, 'open-kubeconfig-setting');
  });

  test('offers the contexts that can be read beside what cannot, as the view says nothing else then', () => {
    const rows = clusterTree(input({ chosen: [], problems: ['/a/config is no YAML.'] }), english);
    assert.deepEqual(
      rows.map(({ label, isExpanded, children }) => [label, isExpanded, children.map((child) => child.label)]),
      [
        ['/a/config is no YAML.', false, []],
        ['Contexts', true, ['admin', 'guest']],
      ],
    );
    assert.equal(clusterTree(input({ contexts: [], chosen: [], problems: ['None.'] }), english).length, 1);
  });

  test('shows chosen contexts first and the others below, closed', () => {
    const rows = clusterTree(input({}), english);
    assert.deepEqual(
      rows.map(({ label, isExpanded }) => [label, isExpanded]),
      [
        ['admin', true],
        ['Other contexts', false],
      ],
    );
    assert.deepEqual(
      rows[1]?.children.map(({ label }) => label),
      ['guest'],
    );
  });

  test('keeps a chosen context that the kubeconfig no longer has', () => {
    const [row] = clusterTree(input({ chosen: ['gone'] }), english);
    assert.equal(row?.description, 'not in the kubeconfig');
  });

  test('flags a server whose certificate is not verified', () => {
    const [row] = clusterTree(
      input({
        contexts: [context('admin', { insecure: true })],
        statuses: new Map([['admin', status('admin', 'connected')]]),
      }),
      english,
    );
    assert.equal(row?.description, 'connected · certificate not verified');
    assert.equal(row?.icon, 'degraded');
  });

  for (const [phase, click] of [
    ['unreachable', 'retry'],
    ['unauthorized', 'retry'],
    ['failed', 'retry'],
    ['connecting', undefined],
    ['degraded', undefined],
  ] as const) {
    test(`says why a context is ${phase}`, () => {
      const row = one(status('admin', phase, { message: 'The server does not answer. Is the VPN on?' })).children[0];
      assert.equal(row?.label, 'The server does not answer. Is the VPN on?');
      assert.equal(row?.click, click);
    });
  }

  test('names the exact program that waits for consent', () => {
    const rows = clusterTree(
      input({
        contexts: [context('admin', { execCommand: 'aws eks get-token --cluster-name a', needsConsent: true })],
        statuses: new Map([['admin', status('admin', 'needs-consent')]]),
      }),
      english,
    );
    const [row] = rows[0]?.children ?? [];
    assert.equal(row?.label, 'Allow to run: aws eks get-token --cluster-name a');
    assert.equal(row?.click, 'allow-program');
  });

  test('shows namespaces, groups that hold something, and objects with their state in words', () => {
    const root = one(status('admin', 'connected', { knownNamespaces: ['bookinfo'] }), bookinfo);
    const namespace = root.children.find(({ kind }) => kind === 'namespace');
    assert.equal(namespace?.icon, 'degraded');
    assert.equal(
      namespace?.spoken,
      'Namespace bookinfo · sidecar injection · degraded · Deployment reviews-v1: 1 of 2 replicas are available',
    );
    assert.deepEqual(
      namespace?.children.map(({ label, description }) => [label, description]),
      [
        ['Services', '1'],
        ['Workloads', '1 · 1 not healthy'],
      ],
    );
    const [service] = namespace?.children[0]?.children ?? [];
    assert.equal(service?.icon, 'service');
    const [workload] = namespace?.children[1]?.children ?? [];
    assert.equal(workload?.icon, 'degraded');
    assert.equal(
      workload?.spoken,
      'Deployment reviews-v1 · degraded · 1/2 ready · sidecar · proxy stale · 1 of 2 replicas are available',
    );
    assert.match(workload?.tooltip ?? '', /Proxies: behind their control plane/);
    assert.deepEqual(workload?.abilities, ['workloads', 'Deployment', 'sidecar']);
    assert.equal(workload?.target.ref?.name, 'reviews-v1');
  });

  test('offers the namespaces that are not shown', () => {
    const some = status('admin', 'connected', { namespaces: ['a'], knownNamespaces: ['a', 'b', 'c'] });
    assert.equal(one(some).children.find(({ kind }) => kind === 'choose')?.description, '2 more');
    const all = status('admin', 'connected', { knownNamespaces: ['a'] });
    assert.equal(one(all).children.find(({ kind }) => kind === 'choose')?.description, 'all are shown');
  });

  test('never leaves a namespace without rows, which the editor would keep closed', () => {
    const [empty] = bookinfo.namespaces.map((namespace) => ({ ...namespace, services: [], workloads: [] }));
    assert.ok(empty);
    const root = one(status('admin', 'connected', { knownNamespaces: ['bookinfo'] }), {
      ...bookinfo,
      namespaces: [empty],
    });
    const namespace = root.children.find(({ kind }) => kind === 'namespace');
    assert.equal(namespace?.description, 'sidecar injection · no services or workloads');
    assert.deepEqual(
      namespace?.children.map(({ kind, label }) => [kind, label]),
      [['notice', 'Services, workloads, gateways and policies would be here.']],
    );
  });

  test('does not warn for good of rights that are missing, and keeps the words', () => {
    const admin = { ...limited, context: 'admin' };
    const node = one(admin);
    assert.deepEqual([node.icon, node.description], ['cluster', 'connected, with gaps']);
    assert.match(node.tooltip, /^You may not list secrets\./);
    assert.equal(one({ ...admin, forbidden: [] }).icon, 'degraded');
    assert.equal(one({ ...admin, kinds: [kind('core/Secret', 'forbidden')] }).icon, 'degraded');
  });

  test('tells what is forbidden, once', () => {
    const pods = { verb: 'list', group: '', resource: 'pods', namespace: 'x' };
    const single = one(status('admin', 'degraded', { forbidden: [pods] }));
    const rows = single.children.filter(({ kind }) => kind === 'forbidden');
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['Not allowed: list pods in namespace x'],
    );
    const several = one(
      status('admin', 'degraded', { forbidden: [pods, { verb: 'list', group: 'apps', resource: 'deployments' }] }),
    );
    const [group] = several.children.filter(({ kind }) => kind === 'forbidden');
    assert.deepEqual(
      group?.children.map(({ label }) => label),
      ['Not allowed: list pods in namespace x', 'Not allowed: list deployments.apps in all namespaces'],
    );
  });

  test('says of what is ill, but counts nothing, why, and says hints', () => {
    const gateway = {
      ref: { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', namespace: 'bookinfo', name: 'front' },
      health: { health: 'failing', reason: 'No pod has the labels istio=edge' },
      description: 'Istio · 80 HTTP',
      reason: 'No pod has the labels istio=edge',
    } as const;
    const [namespace] = bookinfo.namespaces;
    assert.ok(namespace);
    const workloads = namespace.workloads.map((item) => ({ ...item, hint: 'Restart it.' }));
    const tree = { ...bookinfo, namespaces: [{ ...namespace, gateways: [gateway], workloads }] };
    const groups = one(status('admin', 'connected'), tree).children.find(({ kind }) => kind === 'namespace')?.children;
    const item = (group: string): ClusterNode | undefined => groups?.find(({ label }) => label === group)?.children[0];
    assert.equal(item('Gateways')?.description, 'No pod has the labels istio=edge · Istio · 80 HTTP');
    assert.equal(
      item('Gateways')?.spoken,
      'Gateway front · failing · Istio · 80 HTTP · No pod has the labels istio=edge',
    );
    assert.equal(item('Workloads')?.description, '1/2 ready · sidecar · proxy stale');
    assert.match(item('Workloads')?.tooltip ?? '', /\nRestart it\.$/);
    assert.match(item('Workloads')?.spoken ?? '', / · Restart it\.$/);
  });

  test('tells of a missing right in one row, and of what is late in another', () => {
    const forbidden = [{ verb: 'list', group: '', resource: 'pods', namespace: 'x' }];
    const message = 'You may not list pods in x; ask an administrator of the cluster for this right.';
    const rows = (kinds: ClusterStatus['kinds']): readonly string[] =>
      one(status('admin', 'degraded', { forbidden, message, kinds })).children.map(({ label }) => label);
    const services = { kind: 'core/Service', version: 'v1', objects: 1 } as const;
    assert.ok(!rows([{ ...services, state: 'synced' }]).includes(message));
    assert.ok(rows([{ ...services, state: 'retrying' }]).includes(message));
  });

  test('tells when no mesh was found, and when nothing may be read', () => {
    const kinds = [{ kind: 'Service', version: 'v1', state: 'synced', objects: 1 }] as const;
    const labels = (of: ClusterStatus): readonly string[] => one(of).children.map(({ label }) => label);
    assert.ok(labels(status('admin', 'connected', { kinds })).includes('No mesh was found in this cluster.'));
    const forbidden = [{ verb: 'list', group: '', resource: 'services' }];
    const blind = labels(status('admin', 'degraded', { forbidden }));
    assert.ok(blind.includes('Nothing here may be read with these credentials.'));
    assert.ok(!blind.includes('No mesh was found in this cluster.'));
    const narrowed = [{ verb: 'list', group: '', resource: 'namespaces' }];
    const unseen = labels(status('admin', 'connected', { kinds, forbidden: narrowed }));
    assert.ok(unseen.includes('Whether there is a mesh may not be read.'));
    assert.ok(!unseen.includes('No mesh was found in this cluster.'));
  });

  test('never shows a chosen context without rows: the editor would keep it closed', () => {
    const phases = [
      'connecting',
      'connected',
      'degraded',
      'unreachable',
      'unauthorized',
      'needs-consent',
      'failed',
    ] as const;
    for (const phase of phases) assert.ok(one(status('admin', phase)).children.length > 0, phase);
    assert.equal(clusterTree(input({}), english)[0]?.children[0]?.label, 'Connecting…');
  });

  test('gives every row an id of its own', () => {
    const ids: string[] = [];
    const visit = (node: ClusterNode): void => {
      ids.push(node.id);
      node.children.forEach(visit);
    };
    clusterTree(
      input({
        statuses: new Map([['admin', status('admin', 'connected')]]),
        trees: new Map([['admin', bookinfo]]),
      }),
      english,
    ).forEach(visit);
    assert.equal(new Set(ids).size, ids.length);
  });
});

test('what an administrator needs: sentences and a role for each namespace', () => {
  const text = administratorText(
    'prod',
    'ann',
    [
      { verb: 'list', group: '', resource: 'pods', namespace: 'x' },
      { verb: 'watch', group: '', resource: 'pods', namespace: 'x' },
      { verb: 'list', group: 'apps', resource: 'deployments' },
    ],
    english,
  );
  assert.equal(
    text,
    `In context prod the user ann of the kubeconfig is not allowed to:
- list pods in namespace x
- watch pods in namespace x
- list deployments.apps in all namespaces

These roles, bound to that user, would allow it:

apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: meshlens-reader
  namespace: x
rules:
  - apiGroups: ['']
    resources: [pods]
    verbs: [list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: meshlens-reader
rules:
  - apiGroups: ['apps']
    resources: [deployments]
    verbs: [list]
`,
  );
});

describe('the status bar', () => {
  test('keeps the words on missing rights', () => {
    assert.equal(
      clusterStatusText([limited], english)?.tooltip,
      'guest: connected, with gaps\nYou may not list secrets.',
    );
  });

  for (const [name, statuses, text, level] of [
    ['nothing', [], undefined, undefined],
    ['one', [status('admin', 'connected')], '$(server-environment) admin · all namespaces · connected', 'normal'],
    [
      'few namespaces',
      [status('admin', 'connected', { namespaces: ['a', 'b'] })],
      '$(server-environment) admin · a, b · connected',
      'normal',
    ],
    [
      'many namespaces',
      [status('admin', 'degraded', { namespaces: ['a', 'b', 'c'] })],
      '$(warning) admin · 3 namespaces · connected, with gaps',
      'normal',
    ],
    [
      'rights for one namespace, which is no warning',
      [limited],
      '$(server-environment) guest · shop · connected, with gaps',
      'normal',
    ],
    [
      'rights for one namespace, beside a kind that cannot be followed',
      [{ ...limited, kinds: [...limited.kinds, kind('core/Pod', 'retrying')] }],
      '$(warning) guest · shop · connected, with gaps',
      'normal',
    ],
    [
      'rights for nothing at all',
      [{ ...limited, kinds: [kind('core/Secret', 'forbidden')] }],
      '$(warning) guest · shop · connected, with gaps',
      'normal',
    ],
    [
      'what goes on beside missing rights',
      [limited, status('prod', 'connecting')],
      '$(sync~spin) 2 clusters · prod · connecting',
      'normal',
    ],
    [
      'the worst of several',
      [status('admin', 'connected'), status('prod', 'unreachable')],
      '$(warning) 2 clusters · prod · unreachable',
      'warning',
    ],
    [
      'refused credentials',
      [status('admin', 'unauthorized')],
      '$(error) admin · all namespaces · credentials refused',
      'error',
    ],
  ] as const) {
    test(name, () => {
      const shown = clusterStatusText(statuses, english);
      assert.equal(shown?.text, text);
      assert.equal(shown?.level, level);
    });
  }
});
