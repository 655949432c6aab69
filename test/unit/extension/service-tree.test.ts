import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceTree, type ServiceTreeNode } from '../../../src/extension/features/services/service-tree.ts';
import type { LocalInstance, LocalMeshStatus, LocalWorkload } from '../../../src/shared/local-mesh.ts';
import type { InstanceState } from '../../../src/shared/topology.ts';
import { english } from './translate.ts';

const instance = (name: string, state: InstanceState, reason?: string): LocalInstance => ({
  id: `bookinfo/${name}`,
  name,
  state,
  since: '2026-01-01T00:00:00.000Z',
  restarts: 0,
  ...(reason === undefined ? {} : { reason }),
});

const workload = (name: string, kind: LocalWorkload['kind'], instances: readonly LocalInstance[]): LocalWorkload => ({
  name,
  namespace: 'bookinfo',
  kind,
  app: name,
  version: 'v1',
  principal: `cluster.local/ns/bookinfo/sa/${name}`,
  instances,
});

const mesh = (workloads: readonly LocalWorkload[], phase: LocalMeshStatus['phase'] = 'running'): LocalMeshStatus => ({
  name: 'bookinfo',
  phase,
  services: [
    {
      name: 'ratings',
      namespace: 'bookinfo',
      host: 'ratings.bookinfo.svc.cluster.local',
      ports: [{ name: 'http', port: 9080, protocol: 'http' }],
      workloads: ['ratings-v1'],
    },
  ],
  workloads,
  endpoints: { gateways: {} },
});

/** The tree as indented lines "label | description | icon | abilities". */
function lines(nodes: readonly ServiceTreeNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.label} | ${node.description} | ${node.icon} | ${node.abilities.join(' ')}`.trimEnd(),
    ...lines(node.children, `${indent}  `),
  ]);
}

test('shows services, workloads and instances with words for their states', () => {
  const status = mesh([
    workload('ratings-v1', 'process', [
      instance('ratings-v1-0', 'ready'),
      instance('ratings-v1-1', 'down', 'killed by SIGKILL'),
    ]),
    workload('ingress', 'gateway', [instance('ingress-0', 'ready')]),
  ]);
  assert.deepEqual(lines(serviceTree(status, english)), [
    'bookinfo | running | mesh |',
    '  ratings | 9080 · 1 of 2 instances ready | degraded | startable stoppable',
    '    ratings-v1 | v1 · 1 of 2 instances ready | degraded | startable stoppable',
    '      ratings-v1-0 | ready | healthy | stoppable',
    '      ratings-v1-1 | down · killed by SIGKILL | failing | startable',
    '  ingress | v1 · 1 instance | healthy |',
    '    ingress-0 | ready | healthy |',
  ]);
});

test('calls a service failing when none of its instances is left', () => {
  const status = mesh([workload('ratings-v1', 'process', [instance('a', 'down'), instance('b', 'down')])]);
  const [root] = serviceTree(status, english);
  assert.equal(root?.children[0]?.icon, 'failing');
});

test('keeps ids when states change, so that the view keeps what is expanded', () => {
  const ids = (state: InstanceState): string[] => {
    const all = (nodes: readonly ServiceTreeNode[]): string[] =>
      nodes.flatMap((node) => [node.id, ...all(node.children)]);
    return all(serviceTree(mesh([workload('ratings-v1', 'process', [instance('a', state)])]), english));
  };
  assert.deepEqual(ids('ready'), ids('down'));
  assert.equal(new Set(ids('ready')).size, ids('ready').length);
});

test('shows no rows while there is nothing running, so that the view says what to do', () => {
  for (const phase of ['stopped', 'failed'] as const) assert.deepEqual(serviceTree(mesh([], phase), english), []);
  assert.deepEqual(serviceTree(undefined, english), []);
});
