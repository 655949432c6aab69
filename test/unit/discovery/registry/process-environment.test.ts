import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessWorkload } from '../../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { processEnvironment } from '../../../../src/engine/discovery/registry/process-environment.ts';

const workload: ProcessWorkload = {
  kind: 'process',
  name: 'reviews-v1',
  app: 'reviews',
  version: 'v1',
  labels: {},
  serviceAccount: 'reviews',
  service: 'reviews',
  ports: [],
  dependsOn: [],
  path: [],
  command: 'node a.mjs',
  directory: '.',
  env: { LOG_LEVEL: 'debug', NO_PROXY: 'mine', MESHLENS_RUN: 'forged' },
  instances: 1,
  restart: 'always',
};

test('what a process gets, and which of two values holds', () => {
  const environment = processEnvironment({
    base: { PATH: '/bin', LOG_LEVEL: 'info', VSCODE_IPC_HOOK: 'x', ELECTRON_RUN_AS_NODE: '1', GONE: undefined },
    namespace: 'bookinfo',
    instance: 'reviews-v1-0',
    workload,
    ports: { http: 4001, 'tcp-admin': 4002 },
    mesh: { HTTP_PROXY: 'http://127.0.0.1:15001', NO_PROXY: '127.0.0.1' },
    launch: {},
    runId: 'run-1',
  });
  assert.deepEqual(environment, {
    PATH: '/bin',
    LOG_LEVEL: 'debug',
    PORT: '4001',
    PORT_HTTP: '4001',
    PORT_TCP_ADMIN: '4002',
    MESHLENS_INSTANCE: 'reviews-v1-0',
    MESHLENS_WORKLOAD: 'reviews-v1',
    MESHLENS_NAMESPACE: 'bookinfo',
    MESHLENS_VERSION: 'v1',
    HTTP_PROXY: 'http://127.0.0.1:15001',
    NO_PROXY: 'mine',
    MESHLENS_RUN: 'run-1',
  });
});
