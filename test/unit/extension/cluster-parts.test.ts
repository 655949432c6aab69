import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clusterTargetOf } from '../../../src/extension/cluster-target.ts';
import {
  changingSteps,
  confirmation,
  executionText,
  looksLikeProduction,
  nothingToDo,
  takeOverDetail,
} from '../../../src/extension/features/changes/plan-words.ts';
import { kubernetesConfiguration } from '../../../src/extension/features/clusters/kubernetes-extension.ts';
import { yamlFolds } from '../../../src/extension/features/objects/folding.ts';
import { objectAddress, objectUriParts } from '../../../src/extension/features/objects/object-uri.ts';
import { proxyReport } from '../../../src/extension/features/proxies/proxy-report.ts';
import { kubernetesDocuments, documentAt } from '../../../src/extension/kubernetes-documents.ts';
import { ClusterMemory, type Memory } from '../../../src/extension/mesh/cluster-memory.ts';
import type { ClusterPlan, PlannedStep } from '../../../src/shared/cluster.ts';
import { english } from './translate.ts';

class MapMemory implements Memory {
  readonly values = new Map<string, unknown>();
  get(key: string): unknown {
    return this.values.get(key);
  }
  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }
}

describe('what is remembered of clusters', () => {
  test('choices, in their order, the last of each context', async () => {
    const memory = new ClusterMemory(new MapMemory(), new MapMemory());
    await memory.choose({ context: 'a', namespaces: [] });
    await memory.choose({ context: 'b', namespaces: ['x'] });
    await memory.choose({ context: 'a', namespaces: ['y'] });
    assert.deepEqual(memory.choices, [
      { context: 'a', namespaces: ['y'] },
      { context: 'b', namespaces: ['x'] },
    ]);
    await memory.forget('a');
    assert.deepEqual(memory.choices, [{ context: 'b', namespaces: ['x'] }]);
  });

  test('programs, by the whole command line', async () => {
    const machine = new MapMemory();
    const memory = new ClusterMemory(new MapMemory(), machine);
    await memory.allow('aws eks get-token --cluster-name a');
    await memory.allow('aws eks get-token --cluster-name a');
    assert.deepEqual(new ClusterMemory(new MapMemory(), machine).allowedPrograms, [
      'aws eks get-token --cluster-name a',
    ]);
    assert.equal(memory.allowedPrograms.includes('aws eks get-token --cluster-name b'), false);
    await memory.forbid(['aws eks get-token --cluster-name a']);
    assert.deepEqual(memory.allowedPrograms, []);
  });

  test('nothing where something else was stored', () => {
    const workspace = new MapMemory();
    workspace.values.set('meshlens.cluster.choices', [{ context: 1 }, 'x', { context: 'a', namespaces: [2, 'n'] }]);
    assert.deepEqual(new ClusterMemory(workspace, new MapMemory()).choices, [{ context: 'a', namespaces: ['n'] }]);
  });
});

describe('objects in YAML text', () => {
  const text = `# two objects
apiVersion: v1
kind: Service
metadata:
  labels:
    name: not-this-one
  name: "reviews"
---
kind: LocalMesh
apiVersion: meshlens.dev/v1alpha1
---
just: data
---
kind: VirtualService
apiVersion: networking.istio.io/v1
metadata:
    name: routes # with a comment
`;
  test('are found with their lines, kinds and names', () => {
    assert.deepEqual(
      kubernetesDocuments(text).map(({ kind, name, start, end, headLine }) => ({ kind, name, start, end, headLine })),
      [
        { kind: 'Service', name: 'reviews', start: 0, end: 7, headLine: 1 },
        { kind: 'VirtualService', name: 'routes', start: 13, end: 18, headLine: 13 },
      ],
    );
  });

  test('are found by a line in them, also with the line ends of Windows', () => {
    assert.equal(documentAt(text.replaceAll('\n', '\r\n'), 15)?.name, 'routes');
    assert.equal(documentAt(text, 11), undefined);
  });
});

describe('a plan in words', () => {
  const step = (name: string, more: Partial<PlannedStep> = {}): PlannedStep => ({
    ref: { apiVersion: 'v1', kind: 'Service', namespace: 'bookinfo', name },
    operation: 'update',
    before: 'a',
    after: 'b',
    conflicts: [],
    ...more,
  });
  const plan = (context: string, ...steps: readonly PlannedStep[]): ClusterPlan => ({
    id: '1',
    context,
    title: 'Apply 2 objects',
    steps,
  });
  const conflict = { manager: 'argocd-controller', field: '.spec.http' };

  test('the question names the context, what would happen, and what is left out', () => {
    const refused = step('c', { operation: 'refused', problem: 'It is immutable.' });
    const asked = confirmation(
      plan('dev', step('a', { operation: 'create' }), step('b'), refused, step('d', { operation: 'unchanged' })),
      english,
    );
    assert.equal(asked.message, 'Change 2 objects in context dev?');
    assert.equal(
      asked.detail,
      `Apply 2 objects

• create Service bookinfo/a
• change Service bookinfo/b

Refused by the server, and left out:
Service bookinfo/c: It is immutable.`,
    );
    assert.deepEqual([asked.canApply, asked.conflicts], [true, 0]);
  });

  test('conflicts are listed with their owners, and alone they leave nothing to apply', () => {
    const of = plan('dev', step('a', { conflicts: [conflict] }));
    const asked = confirmation(of, english);
    assert.match(asked.detail, /Fields that others own:\n• Service bookinfo\/a: \.spec\.http \(argocd-controller\)/);
    assert.deepEqual([asked.canApply, asked.conflicts], [false, 1]);
    assert.match(takeOverDetail(of, english), /argocd-controller/);
  });

  for (const [name, expected] of [
    ['prod', true],
    ['gke_shop_europe-west1_PROD-2', true],
    ['arn:aws:eks:eu-central-1:1:cluster/production', true],
    ['prod2', true],
    ['live', true],
    ['products-dev', false],
    ['reproduction', false],
    ['alive', false],
    ['kind-dev', false],
  ] as const) {
    test(`${name} looks ${expected ? '' : 'not '}like production`, () => {
      assert.equal(looksLikeProduction(name), expected);
      const { message } = confirmation(plan(name, step('a')), english);
      assert.equal(message.startsWith('This looks like a PRODUCTION cluster.'), expected);
    });
  }

  test('what has nothing to change says so, or why', () => {
    assert.equal(
      nothingToDo(plan('dev', step('a', { operation: 'unchanged' })), english),
      'Context dev has it already: nothing would change.',
    );
    const refused = plan('dev', step('a', { operation: 'refused', problem: 'No namespace bookinfo.' }));
    assert.equal(nothingToDo(refused, english), 'The server refuses it: Service bookinfo/a: No namespace bookinfo.');
    assert.deepEqual(changingSteps(refused), []);
  });

  test('the outcome counts, and names the first that failed', () => {
    const { ref } = step('a');
    const done = { ref, done: true, message: 'changed' };
    assert.equal(executionText({ context: 'dev', steps: [done] }, english), 'Service bookinfo/a: changed (dev)');
    assert.equal(executionText({ context: 'dev', steps: [done, done] }, english), '2 objects changed in dev.');
    const failed = { ref: step('b').ref, done: false, message: 'Somebody else changed it.' };
    assert.equal(
      executionText({ context: 'dev', steps: [done, failed] }, english),
      '1 of 2 done in dev. Service bookinfo/b: Somebody else changed it.',
    );
  });
});

describe('objects of clusters as documents', () => {
  const address = {
    context: 'arn:aws:eks:eu:1:cluster/shop',
    ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'bookinfo', name: 'reviews-v1' },
  };
  test('their URIs name them', () => {
    const parts = objectUriParts(address);
    assert.equal(parts.path, '/arn:aws:eks:eu:1:cluster∕shop/bookinfo/reviews-v1.Deployment (shop).yaml');
    assert.deepEqual(objectAddress(parts.query), address);
  });
  test('the titles of one object in two contexts differ', () => {
    const titles = ['kind-a', 'kind-b', 'odd/'].map((context) =>
      objectUriParts({ ...address, context })
        .path.split('/')
        .at(-1),
    );
    assert.deepEqual(titles, [
      'reviews-v1.Deployment (kind-a).yaml',
      'reviews-v1.Deployment (kind-b).yaml',
      'reviews-v1.Deployment (odd∕).yaml',
    ]);
  });
  test('URIs from outside that name none are refused', () => {
    for (const query of ['', 'x', '{}', '{"context":"a"}', '[]', 'null']) assert.equal(objectAddress(query), undefined);
  });

  test('every key with deeper lines folds, and so do items of lists', () => {
    const text = `apiVersion: v1
metadata:
  name: a
  managedFields:
  - manager: kubectl
    operation: Apply
  - manager: meshlens
spec:
  hosts:
    - a
  empty: {}
`;
    assert.deepEqual(yamlFolds(text, { start: 3, end: 6 }), [
      { start: 1, end: 6 },
      { start: 3, end: 6 },
      { start: 4, end: 5 },
      { start: 7, end: 10 },
      { start: 8, end: 9 },
    ]);
  });
});

test('targets of commands take what has the right shape only', () => {
  const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'a', name: 'b' };
  assert.deepEqual(clusterTargetOf({ target: { context: 'c', namespace: 'n', ref } }), {
    context: 'c',
    namespace: 'n',
    ref,
  });
  assert.deepEqual(clusterTargetOf({ context: 1, ref: { kind: 'Service' } }), {});
  assert.deepEqual(clusterTargetOf(undefined), {});
});

describe('the API of the Kubernetes extension', () => {
  const api = { onDidChangeContext: () => ({}), onDidChangeNamespace: () => ({}) };
  test('is taken in the version that is known', () => {
    const exported = {
      get: (component: string, version: string) =>
        component === 'configuration' && version === 'v1_1' ? { available: true, api } : { available: false },
    };
    assert.equal(kubernetesConfiguration(exported), api);
  });
  for (const [name, exported] of [
    ['nothing', undefined],
    ['no broker', {}],
    ['another version', { get: () => ({ available: false, reason: 'version-unknown' }) }],
    ['an API without events', { get: () => ({ available: true, api: {} }) }],
  ] as const) {
    test(`is left alone where there is ${name}`, () => assert.equal(kubernetesConfiguration(exported), undefined));
  }
});

test('the report of proxies puts those that lag first, in columns', () => {
  const types = { CDS: 'synced', LDS: 'synced', EDS: 'synced', RDS: 'stale' } as const;
  const { text } = proxyReport(
    'dev',
    [
      { proxy: 'a.x', namespace: 'x', pod: 'a', workload: 'a', types: { CDS: 'synced' }, state: 'synced' },
      { proxy: 'b.x', namespace: 'x', pod: 'b', types, state: 'stale', version: '1.31.0', istiod: 'istiod-1' },
    ],
    english,
  );
  assert.equal(
    text,
    `# Proxies of dev

1 of 2 proxies do not run what their control plane last sent, or it is not known.

| Proxy | Workload | State  | CDS    | LDS    | EDS    | RDS   | ECDS | Version | istiod   |
| ----- | -------- | ------ | ------ | ------ | ------ | ----- | ---- | ------- | -------- |
| b.x   |          | STALE  | synced | synced | synced | STALE |      | 1.31.0  | istiod-1 |
| a.x   | a        | synced | synced |        |        |       |      |         |          |
`,
  );
  const only = { proxy: 'a.x', namespace: 'x', pod: 'a', types: {}, state: 'synced' } as const;
  assert.match(proxyReport('dev', [only], english).text, /^The only proxy runs what/m);
  assert.match(proxyReport('dev', [], english).text, /^No proxy is connected .* enrolled in the mesh\.$/m);
});
