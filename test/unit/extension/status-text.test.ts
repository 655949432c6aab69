import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText, type StatusInput } from '../../../src/extension/features/status/status-text.ts';
import type { LocalMeshStatus } from '../../../src/shared/local-mesh.ts';
import { english } from './translate.ts';

const running: LocalMeshStatus = {
  name: 'bookinfo',
  phase: 'running',
  services: [],
  workloads: [],
  endpoints: { gateways: {} },
};
const engine = { state: 'running' } as const;

const cases: readonly (readonly [string, StatusInput, string | undefined, string?])[] = [
  ['nothing to say in a folder without a mesh', { engine, hasMeshFile: false }, undefined],
  ['a mesh that could run', { engine, hasMeshFile: true }, '$(type-hierarchy) Mesh stopped', 'normal'],
  [
    'an engine that gave up',
    { engine: { state: 'stopped', message: 'It crashed.' }, status: running, hasMeshFile: true },
    '$(error) Mesh engine stopped',
    'error',
  ],
  [
    'an engine that comes back',
    { engine: { state: 'restarting' }, status: running, hasMeshFile: true },
    '$(sync~spin) Mesh engine restarting',
    'warning',
  ],
  [
    'a mesh on its way',
    { engine, status: { ...running, phase: 'starting' }, hasMeshFile: true },
    '$(sync~spin) bookinfo starting',
  ],
  [
    'a mesh that failed',
    { engine, status: { ...running, phase: 'failed', message: 'Port 8080 is in use.' }, hasMeshFile: true },
    '$(error) bookinfo failed',
    'error',
  ],
  ['a mesh without traffic', { engine, status: running, hasMeshFile: true }, '$(type-hierarchy) bookinfo running'],
  [
    'the worst health',
    {
      engine,
      status: running,
      worst: { label: 'reviews v3', health: 'degraded', reason: '4 % errors' },
      hasMeshFile: true,
    },
    '$(warning) bookinfo: reviews v3 degraded',
    'warning',
  ],
  [
    'a rejected configuration before the health',
    {
      engine,
      status: {
        ...running,
        config: { generation: 2, appliedAt: '', rejected: { at: '', message: 'No service reviewz.' } },
      },
      worst: { label: 'ratings', health: 'failing', reason: 'all down' },
      hasMeshFile: true,
    },
    '$(warning) bookinfo keeps its last good configuration',
    'warning',
  ],
];

for (const [what, input, text, level] of cases) {
  test(`tells ${what}`, () => {
    const shown = statusText(input, english);
    assert.equal(shown?.text, text);
    if (level !== undefined) assert.equal(shown?.level, level);
  });
}
