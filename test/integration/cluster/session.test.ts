/** Connecting, rights, changes and their undoing, asked of a real API server through the engine. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { ClusterAction, ClusterPlan, ClusterStatus } from '../../../src/shared/cluster.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { until } from '../until.ts';

const text = (data: Readonly<Record<string, string>>, name = 'settings'): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data });

describe('a cluster', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let engine: Engine;
  const told: ClusterStatus[] = [];

  const engineOf = (trusted = true): Engine =>
    new Engine({
      ...standaloneInitialization,
      trusted,
      settings: {
        ...standaloneInitialization.settings,
        cluster: { kubeconfig: cluster.kubeconfig, prometheus: '' },
      },
    });
  const statusOf = async (context: string): Promise<ClusterStatus | undefined> =>
    (await engine.request('mesh/cluster/status', {})).find((status) => status.context === context);
  const plan = (action: ClusterAction): Promise<ClusterPlan> =>
    engine.request('mesh/cluster/plan', { context: 'admin', action });
  const applied = async (data: Readonly<Record<string, string>>, name?: string): Promise<ClusterPlan> =>
    plan({ type: 'apply', uri: 'file:///settings.yaml', text: text(data, name) });
  const dataOf = async (name = 'settings'): Promise<unknown> =>
    JSON.parse(await cluster.kubectl('get', 'configmap', name, '-n', 'shop', '-o', 'jsonpath={.data}'));
  const managersOf = async (): Promise<string> =>
    cluster.kubectl(
      'get',
      'configmap',
      'settings',
      '-n',
      'shop',
      '--show-managed-fields',
      '-o',
      'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}{.fieldsV1}{"\\n"}{end}',
    );

  before(async () => {
    cluster = await startRealCluster();
    await cluster.kubectl('create', 'namespace', 'shop');
    await cluster.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'password', namespace: 'shop' },
        stringData: { password: 'canary-of-the-shop' },
      }),
    );
    engine = engineOf();
    engine.onNotification((method, payload) => {
      if (method === 'mesh/clusterChanged') told.push(payload);
    });
  });

  after(async () => {
    await engine.dispose();
    await cluster.stop();
  });

  test('lists the contexts of the kubeconfig, without credentials', async () => {
    const { contexts } = await engine.request('mesh/contexts', {});
    assert.deepEqual(
      contexts.map(({ name, isCurrent, authentication }) => [name, isCurrent, authentication]),
      [
        ['admin', true, 'certificate'],
        ['guest', false, 'token'],
        ['token', false, 'token'],
      ].sort(
        (a, b) => contexts.findIndex(({ name }) => name === a[0]) - contexts.findIndex(({ name }) => name === b[0]),
      ),
    );
  });

  test('connects an administrator, and tells of it step by step', async () => {
    const { phase } = await engine.request('mesh/cluster/connect', { context: 'admin' });
    assert.equal(phase, 'connecting');
    const status = await until('being connected', async () => {
      const now = await statusOf('admin');
      return now?.phase === 'connected' ? now : undefined;
    });
    assert.deepEqual(status.forbidden, []);
    assert.match(status.kubernetesVersion ?? '', /^v1\./);
    assert.ok(status.knownNamespaces.includes('shop'));
    assert.equal(told.at(0)?.phase, 'connecting');
  });

  test('knows the Gateway API by its definitions', async () => {
    const found = await until('the Gateway API', async () =>
      (await statusOf('admin'))?.meshes.find(({ kind }) => kind === 'gateway-api'),
    );
    assert.equal(found.version, '1.6.0');
    assert.match(found.summary, /experimental channel/);
  });

  test('refuses to connect for a workspace that is not trusted', async () => {
    const untrusted = engineOf(false);
    try {
      await assert.rejects(async () => untrusted.request('mesh/cluster/connect', { context: 'admin' }), /not trusted/);
      assert.equal((await untrusted.request('mesh/contexts', {})).contexts.length, 3);
    } finally {
      await untrusted.dispose();
    }
  });

  test('tells a user without rights what is missing, then shows the namespace that a role opens', async () => {
    await engine.request('mesh/cluster/connect', { context: 'guest' });
    const refused = await until('the refusal', async () => {
      const now = await statusOf('guest');
      return now?.phase === 'degraded' ? now : undefined;
    });
    assert.match(refused.message ?? '', /You may read nothing of a mesh/);
    assert.ok(refused.forbidden.some(({ verb, resource }) => verb === 'list' && resource === 'pods'));
    const keys = refused.forbidden.map((one) => JSON.stringify(one));
    assert.equal(new Set(keys).size, keys.length, 'each said once');

    await cluster.kubectl(
      'create',
      'role',
      'reader',
      '-n',
      'shop',
      '--verb=get,list,watch',
      '--resource=pods,services,endpointslices.discovery.k8s.io,deployments.apps,statefulsets.apps,daemonsets.apps',
    );
    await cluster.kubectl('create', 'rolebinding', 'reader', '-n', 'shop', '--role=reader', '--user=guest');
    await cluster.kubectl('create', 'service', 'clusterip', 'till', '-n', 'shop', '--tcp=80:80');
    await engine.request('mesh/cluster/connect', { context: 'guest', namespaces: ['shop'] });
    const tree = await until('the service of the namespace', async () => {
      const now = await engine.request('mesh/cluster/tree', { context: 'guest' });
      return now.namespaces.some(({ services }) => services.length > 0) ? now : undefined;
    });
    assert.deepEqual(
      tree.namespaces.map(({ name, services }) => [name, services.map(({ ref }) => ref.name)]),
      [['shop', ['till']]],
    );
    const status = await until('the kind to be in step', async () => {
      const now = await statusOf('guest');
      return now?.kinds.find(({ kind }) => kind === 'core/Service')?.state === 'synced' ? now : undefined;
    });
    assert.ok(
      status.forbidden.some(({ resource, namespace }) => resource === 'virtualservices' && namespace === 'shop'),
    );
    assert.equal(
      status.forbidden.some(({ resource }) => resource === 'services' || resource === 'pods'),
      false,
    );
  });

  test('sees a role that is given while it looks', async () => {
    await cluster.kubectl(
      'create',
      'role',
      'routes',
      '-n',
      'shop',
      '--verb=list,watch',
      '--resource=virtualservices.networking.istio.io',
    );
    await cluster.kubectl('create', 'rolebinding', 'routes', '-n', 'shop', '--role=routes', '--user=guest');
    await until('the kind', async () => {
      const status = await statusOf('guest');
      return status?.kinds.some(
        ({ kind, state }) => kind === 'networking.istio.io/VirtualService' && state === 'synced',
      );
    });
  });

  test('shows an object as the cluster has it, and nothing of what is secret', async () => {
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'password' };
    const { yaml, managedFields } = await engine.request('mesh/cluster/object', { context: 'admin', ref });
    assert.match(yaml, /password: \(not shown, 18 bytes\)/);
    assert.doesNotMatch(yaml, /canary|Y2FuYXJ5/);
    const lines = yaml.split('\n');
    assert.match(lines[managedFields?.start ?? 0] ?? '', /^ {2}managedFields:$/);
    assert.match(lines[(managedFields?.end ?? 0) + 1] ?? '', /^\S/);
    const gone = { ...ref, name: 'nobody' };
    await assert.rejects(
      async () => engine.request('mesh/cluster/object', { context: 'admin', ref: gone }),
      /Secret shop\/nobody is not in the cluster/,
    );
  });

  test('applies a document by its plan, and removes it again by undo', async () => {
    const shown = await applied({ a: '1' });
    assert.deepEqual(
      shown.steps.map(({ operation, before: was, conflicts }) => [operation, was, conflicts]),
      [['create', '', []]],
    );
    assert.match(shown.steps[0]?.after ?? '', /a: "1"/);
    await assert.rejects(dataOf(), /not found/, 'a plan changes nothing');
    const done = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.deepEqual(
      done.steps.map(({ done: isDone }) => isDone),
      [true],
    );
    assert.deepEqual(await dataOf(), { a: '1' });
    assert.deepEqual(
      done.undo?.steps.map(({ operation }) => operation),
      ['remove'],
    );
    await engine.request('mesh/cluster/execute', { plan: done.undo?.id ?? '' });
    await assert.rejects(dataOf(), /not found/);
    await assert.rejects(
      async () => engine.request('mesh/cluster/execute', { plan: shown.id }),
      /carried out|too old/,
      'a plan is good once',
    );
  });

  test('shows whose fields it would take, takes them when told to, and gives them back', async () => {
    const other = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { a: 'theirs', b: 'kept' },
    });
    await cluster.apply(other);
    const owned = await managersOf();
    const shown = await applied({ a: 'ours' });
    assert.deepEqual(shown.steps[0]?.conflicts, [{ manager: 'kubectl', field: '.data.a' }]);
    const refused = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.deepEqual([refused.steps[0]?.done, refused.undo], [false, undefined]);
    assert.match(refused.steps[0]?.message ?? '', /kubectl/);
    assert.deepEqual(await dataOf(), { a: 'theirs', b: 'kept' });
    const forced = await engine.request('mesh/cluster/execute', { plan: shown.id, force: true });
    assert.equal(forced.steps[0]?.done, true);
    assert.deepEqual(await dataOf(), { a: 'ours', b: 'kept' });
    await engine.request('mesh/cluster/execute', { plan: forced.undo?.id ?? '' });
    assert.deepEqual(await dataOf(), { a: 'theirs', b: 'kept' });
    assert.equal(await managersOf(), owned, 'fields belong to whom they belonged');
  });

  test('does not carry out a plan after the object changed', async () => {
    const shown = await applied({ c: 'new' });
    await cluster.kubectl('patch', 'configmap', 'settings', '-n', 'shop', '-p', '{"data":{"d":"meanwhile"}}');
    const { steps, undo } = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.deepEqual([steps[0]?.done, undo], [false, undefined]);
    assert.match(steps[0]?.message ?? '', /changed since the plan/);
    assert.deepEqual(await dataOf(), { a: 'theirs', b: 'kept', d: 'meanwhile' });
  });

  test('removes an object, and makes it again with its owners', async () => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
    const data = await dataOf();
    const owned = await managersOf();
    const shown = await plan({ type: 'remove', refs: [ref] });
    assert.deepEqual([shown.steps[0]?.operation, shown.steps[0]?.after], ['remove', '']);
    const { undo } = await engine.request('mesh/cluster/execute', { plan: shown.id });
    await assert.rejects(dataOf(), /not found/);
    await engine.request('mesh/cluster/execute', { plan: undo?.id ?? '' });
    assert.deepEqual(await dataOf(), data);
    assert.equal(await managersOf(), owned);
  });

  test('enrols a namespace, and takes it out again', async () => {
    const labels = async (): Promise<Record<string, string>> =>
      JSON.parse(await cluster.kubectl('get', 'namespace', 'shop', '-o', 'jsonpath={.metadata.labels}')) as Record<
        string,
        string
      >;
    const before = await labels();
    const first = await plan({ type: 'enrol', namespace: 'shop', mode: 'sidecar' });
    const { undo } = await engine.request('mesh/cluster/execute', { plan: first.id });
    assert.deepEqual(await labels(), { ...before, 'istio-injection': 'enabled' });
    const second = await plan({ type: 'enrol', namespace: 'shop', mode: 'sidecar', revision: 'canary' });
    await engine.request('mesh/cluster/execute', { plan: second.id });
    assert.deepEqual(await labels(), { ...before, 'istio.io/rev': 'canary' });
    const refused = await engine.request('mesh/cluster/execute', { plan: undo?.id ?? '' });
    assert.equal(refused.steps[0]?.done, false, 'the first undo was made for another state');
    const third = await plan({ type: 'enrol', namespace: 'shop', mode: 'ambient' });
    await engine.request('mesh/cluster/execute', { plan: third.id });
    assert.deepEqual(await labels(), { ...before, 'istio.io/dataplane-mode': 'ambient' });
    const last = await plan({ type: 'enrol', namespace: 'shop', mode: 'none' });
    await engine.request('mesh/cluster/execute', { plan: last.id });
    assert.deepEqual(await labels(), before);
  });

  test('refuses with the words of the server what it would not take, and kinds it does not know', async () => {
    const shown = await plan({
      type: 'apply',
      uri: 'file:///broken.yaml',
      text: [
        'apiVersion: v1\nkind: Service\nmetadata: {name: broken, namespace: shop}\nspec: {ports: [{port: 99999999}]}',
        'apiVersion: example.test/v1\nkind: Widget\nmetadata: {name: w}',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lost, namespace: nowhere}\ndata: {}',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typo, namespace: shop}\ndatta: {}',
      ].join('\n---\n'),
    });
    const problems = new Map(shown.steps.map(({ ref, operation, problem }) => [ref.name, [operation, problem ?? '']]));
    assert.equal(
      shown.steps.every(({ operation }) => operation === 'refused'),
      true,
      JSON.stringify([...problems]),
    );
    assert.match(problems.get('broken')?.[1] ?? '', /spec\.ports\[0\]\.port: Invalid value/);
    assert.match(problems.get('w')?.[1] ?? '', /does not know Widget of example\.test\/v1/);
    assert.match(problems.get('lost')?.[1] ?? '', /namespaces "nowhere" not found.*Create the namespace first/);
    assert.match(problems.get('typo')?.[1] ?? '', /unknown field "datta"|field not declared/);
    const { undo } = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.equal(undo, undefined);
  });

  test('a definition and an object of it, applied together', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.test' },
      spec: {
        group: 'example.test',
        names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
          },
        ],
      },
    };
    const gadget = { apiVersion: 'example.test/v1', kind: 'Gadget', metadata: { name: 'g', namespace: 'fresh' } };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } };
    const shown = await plan({
      type: 'apply',
      uri: 'file:///gadget.yaml',
      text: [gadget, definition, namespace].map((object) => JSON.stringify(object)).join('\n---\n'),
    });
    assert.deepEqual(
      shown.steps.map(({ ref, operation }) => [ref.kind, operation]),
      [
        ['Namespace', 'create'],
        ['CustomResourceDefinition', 'create'],
        ['Gadget', 'create'],
      ],
    );
    const { steps, undo } = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.deepEqual(
      steps.map(({ done, message }) => [done, message]),
      steps.map(() => [true, 'Created.']),
    );
    assert.equal(await cluster.kubectl('get', 'gadgets', '-n', 'fresh', '-o', 'name'), 'gadget.example.test/g\n');
    assert.deepEqual(
      undo?.steps.map(({ ref, operation }) => [ref.kind, operation]),
      [
        ['Gadget', 'remove'],
        ['CustomResourceDefinition', 'remove'],
        ['Namespace', 'remove'],
      ],
    );
  });

  test('deploys Bookinfo, marked as ours, and shows it in the tree', async () => {
    const shown = await plan({ type: 'deploy-bookinfo', namespace: 'bookinfo' });
    assert.deepEqual(
      shown.steps.filter(({ operation }) => operation !== 'create').map(({ ref, problem }) => [ref.name, problem]),
      [],
    );
    const { steps } = await engine.request('mesh/cluster/execute', { plan: shown.id });
    assert.deepEqual(
      steps.filter(({ done }) => !done).map(({ ref, message }) => [ref.name, message]),
      [],
    );
    const label = 'app.kubernetes.io/managed-by=meshlens';
    assert.equal(
      (await cluster.kubectl('get', 'deployments', '-n', 'bookinfo', '-l', label, '-o', 'name')).split('\n').length,
      7,
    );
    const bookinfo = await until('Bookinfo to be healthy', async () => {
      const tree = await engine.request('mesh/cluster/tree', { context: 'admin' });
      const found = tree.namespaces.find(({ name }) => name === 'bookinfo');
      const items = [...(found?.services ?? []), ...(found?.workloads ?? [])];
      return items.length === 10 && items.every(({ health }) => health.health === 'healthy') ? found : undefined;
    });
    assert.deepEqual(
      bookinfo.services.map(({ ref }) => ref.name),
      ['details', 'productpage', 'ratings', 'reviews'],
    );
    assert.deepEqual(
      bookinfo.gateways.map(({ ref, reason }) => [ref.name, reason]),
      [['bookinfo', 'No pod has the labels istio=ingressgateway']],
    );
    const again = await plan({ type: 'deploy-bookinfo', namespace: 'bookinfo' });
    assert.deepEqual(
      again.steps.filter(({ operation }) => operation !== 'unchanged').map(({ ref, after }) => [ref, after]),
      [],
      'what is there needs no change',
    );
  });

  test('routes by the objects of the cluster, and by files laid over them', async () => {
    const request = { source: { namespace: 'bookinfo', workload: 'productpage-v1' }, host: 'reviews', port: 9080 };
    const asked = { context: 'admin', request: { ...request, protocol: 'http' as const, method: 'GET', path: '/' } };
    const alone = await engine.request('mesh/route', { ...asked, files: [] });
    assert.deepEqual(
      alone.backends.filter(({ share }) => share > 0).map(({ service, subset }) => [service, subset]),
      [['reviews', 'v1']],
    );
    const routes = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'reviews', namespace: 'bookinfo' },
      spec: { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews', subset: 'v3' } }] }] },
    };
    const over = await engine.request('mesh/route', {
      ...asked,
      resources: [{ uri: 'file:///routes.yaml', text: JSON.stringify(routes) }],
    });
    assert.deepEqual(
      over.backends.map(({ subset }) => subset),
      ['v3'],
    );
    const { diagnostics } = await engine.request('mesh/analyze', {
      context: 'admin',
      resources: [{ uri: 'file:///routes.yaml', text: JSON.stringify(routes).replace('"v3"', '"v9"') }],
    });
    assert.deepEqual(
      diagnostics.map(({ rule }) => rule),
      ['unknown-subset'],
    );
  });

  test('checks what is typed against the cluster', () => {
    const uri = 'file:///typed.yaml';
    const typed = (subset: string): readonly string[] => {
      const text = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: typed, namespace: bookinfo}\nspec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: ${subset}}}]}]}\n`;
      engine.workspace.setOpen(uri, text, (engine.workspace.versionOf(uri) ?? 0) + 1);
      return engine
        .analyzeWorkspace()
        .diagnostics.map(({ rule }) => rule)
        .filter((rule) => rule.startsWith('unknown-'));
    };
    assert.deepEqual(typed('v2'), []);
    assert.deepEqual(typed('v9'), ['unknown-subset']);
    engine.workspace.close(uri);
  });

  test('draws the graph of the cluster', async () => {
    const graph = await engine.request('mesh/topology', {
      source: 'cluster',
      contexts: ['admin'],
      namespaces: ['bookinfo'],
    });
    assert.deepEqual(
      graph.nodes
        .filter(({ kind }) => kind === 'workload')
        .map(({ workload }) => workload)
        .sort(),
      ['details-v1', 'productpage-v1', 'ratings-v1', 'reviews-v1', 'reviews-v2', 'reviews-v3'],
    );
  });

  test('keeps what it knows while the API server is away, and says so', async () => {
    const pid = await cluster.pid('kube-apiserver');
    process.kill(pid, 'SIGSTOP');
    try {
      await until('the trouble', async () => (await statusOf('admin'))?.phase === 'unreachable', 60_000);
      const tree = await engine.request('mesh/cluster/tree', { context: 'admin' });
      assert.ok(tree.namespaces.some(({ name, services }) => name === 'bookinfo' && services.length === 4));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('its return', async () => (await statusOf('admin'))?.phase === 'connected', 60_000);
  });

  test('connects anew where the kubeconfig is written otherwise', async () => {
    const config = await readFile(cluster.kubeconfig, 'utf8');
    const token = /name: token, user: \{token: (\w+)\}/.exec(config)?.[1] ?? '';
    // The guest's user gets the token of an administrator.
    await writeFile(cluster.kubeconfig, config.replace(/(name: guest, user: \{token: )\w+/, `$1${token}`));
    await until('new rights', async () => {
      const status = await statusOf('guest');
      return status?.phase === 'connected' && status.forbidden.length === 0;
    });
    assert.deepEqual((await statusOf('guest'))?.namespaces, ['shop']);
    await writeFile(cluster.kubeconfig, config);
    await until('old rights', async () => (await statusOf('guest'))?.forbidden.length !== 0);
  });

  test('nothing secret was ever told', () => {
    assert.doesNotMatch(JSON.stringify(told), /canary/);
  });

  test('disconnects', async () => {
    await engine.request('mesh/cluster/disconnect', { context: 'guest' });
    assert.equal(await statusOf('guest'), undefined);
    assert.equal(told.at(-1)?.phase, 'disconnected');
    await assert.rejects(async () => engine.request('mesh/cluster/tree', { context: 'guest' }), /not connected/);
  });
});
