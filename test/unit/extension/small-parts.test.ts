import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DisposableList } from '../../../src/extension/disposables.ts';
import { describeExit } from '../../../src/extension/engine/engine-process.ts';
import { LogBuffer } from '../../../src/extension/features/logs/log-buffer.ts';
import { environmentText } from '../../../src/extension/environment-text.ts';
import { callTargets, findTarget } from '../../../src/extension/features/request/call-targets.ts';
import { parseTestRequest, withoutCredentials } from '../../../src/extension/features/request/remembered-request.ts';
import { traceDescription, traceLabel } from '../../../src/extension/features/traces/trace-row.ts';
import { isMeshDocument } from '../../../src/extension/mesh/mesh-documents.ts';
import { worstNode } from '../../../src/extension/mesh/worst-node.ts';
import { isSupportedNode } from '../../../src/extension/node-version.ts';
import { milliseconds } from '../../../src/extension/trace-times.ts';
import type { Health } from '../../../src/shared/health.ts';
import type { TopologyNode, TrafficRates } from '../../../src/shared/topology.ts';
import { english } from './translate.ts';

describe('disposables', () => {
  test('are disposed in the opposite order, and late arrivals at once', () => {
    const order: string[] = [];
    const list = new DisposableList();
    for (const name of ['first', 'second']) list.add({ dispose: () => order.push(name) });
    list.dispose();
    list.add({ dispose: () => order.push('late') });
    assert.deepEqual(order, ['second', 'first', 'late']);
  });
});

describe('the Node of the editor', () => {
  for (const [version, supported] of [
    ['22.18.0', false],
    ['22.19.0', true],
    ['24.0.1', true],
    ['20.20.2', false],
  ] as const) {
    test(`${version} is ${supported ? '' : 'not '}enough`, () => assert.equal(isSupportedNode(version), supported));
  }
});

describe('a log that never ends', () => {
  test('is shown line by line and then refilled with the newest half', () => {
    const buffer = new LogBuffer(4);
    assert.deepEqual(buffer.add(['a', 'b']), { append: 'a\nb\n' });
    assert.deepEqual(buffer.add(['c', 'd']), { append: 'c\nd\n' });
    assert.deepEqual(buffer.add(['e']), { replace: 'd\ne\n' });
    assert.deepEqual(buffer.add(['f']), { append: 'f\n' });
    assert.equal(buffer.text, 'd\ne\nf\n');
  });

  test('never shows more lines than its limit, and what it shows is what it keeps', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            fc.string({ maxLength: 3 }).map((text) => text.replaceAll('\n', '')),
            { maxLength: 9 },
          ),
        ),
        (batches) => {
          const buffer = new LogBuffer(6);
          let shown = '';
          for (const batch of batches) {
            const change = buffer.add(batch);
            shown = 'append' in change ? shown + change.append : change.replace;
            assert.ok(shown.split('\n').length - 1 <= 6);
          }
          assert.equal(buffer.text, shown);
        },
      ),
    );
  });
});

describe('environment variables to paste', () => {
  const hostile = `a'b "c" $HOME \`id\` \\ %`;

  test('mean themselves in a shell', { skip: process.platform === 'win32' }, () => {
    const script = `${environmentText({ VALUE: hostile }, 'shell')}printf %s "$VALUE"`;
    assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), hostile);
  });
  test('are quoted for PowerShell', () => {
    assert.equal(environmentText({ A: "it's" }, 'powershell'), "$env:A = 'it''s'\n");
  });
  test('are quoted in a .env file only where needed', () => {
    assert.equal(
      environmentText({ HTTP_PROXY: 'http://127.0.0.1:15001', B: 'a b' }, 'dotenv'),
      'HTTP_PROXY=http://127.0.0.1:15001\nB="a b"\n',
    );
  });
});

describe('a remembered request', () => {
  const request = { host: 'reviews', port: 9080, method: 'GET', path: '/', headers: { 'end-user': 'jason' } };

  test('is read back as it was', () => assert.deepEqual(parseTestRequest(structuredClone(request)), request));
  test('loses what could be a credential', () => {
    const headers = {
      Authorization: 'Bearer x',
      cookie: 'y',
      'x-api-key': 'z',
      'x-auth-token': 'w',
      'end-user': 'jason',
    };
    assert.deepEqual(withoutCredentials({ ...request, headers }).headers, { 'end-user': 'jason' });
  });
  for (const [what, value] of [
    ['no host', { ...request, host: '' }],
    ['a method with a line break', { ...request, method: 'GET\r\nx' }],
    ['a path without a slash', { ...request, path: 'reviews' }],
    ['nothing', null],
  ] as const) {
    test(`is not read with ${what}`, () => assert.equal(parseTestRequest(value), undefined));
  }
});

test('services are found by full and by short name, their HTTP ports only', () => {
  const targets = callTargets({
    name: 'm',
    phase: 'running',
    services: [
      {
        name: 'reviews',
        namespace: 'bookinfo',
        host: 'reviews.bookinfo.svc.cluster.local',
        ports: [
          { name: 'http', port: 9080, protocol: 'http' },
          { name: 'db', port: 3306, protocol: 'tcp' },
        ],
        workloads: [],
      },
    ],
    workloads: [],
    endpoints: { gateways: {} },
  });
  assert.deepEqual(
    targets.map(({ port }) => port),
    [9080],
  );
  assert.equal(findTarget(targets, 'reviews'), targets[0]);
  assert.equal(findTarget(targets, 'reviews.bookinfo.svc.cluster.local'), targets[0]);
  assert.equal(findTarget(targets, 'ratings'), undefined);
});

test('traces are told in one line', () => {
  const trace = {
    traceId: 'a',
    name: 'ingress.bookinfo.svc.cluster.local:80/*',
    rootService: 'ingress',
    start: 0,
    duration: 1234.5,
    spans: 9,
    services: [],
    errors: 1,
    retries: 2,
    status: 'error',
    httpStatus: 503,
  } as const;
  assert.equal(traceDescription(trace, english), '503 · 1.23\u2009s · 9 spans · 2 retries · 1 error');
  assert.equal(traceLabel(trace.name), 'ingress:80/*');
  assert.equal(traceLabel('GET /productpage'), 'GET /productpage');
  assert.equal(milliseconds(0.01234), '0.0123\u2009ms');
});

test('the worst node is told, and of equals always the same', () => {
  const rates: TrafficRates = { requests: 0, errors: 0, errorShare: 0, responses: {} };
  const node = (id: string, health: Health): TopologyNode => ({
    id,
    kind: 'workload',
    label: id,
    namespace: 'n',
    cluster: 'c',
    health: { health, reason: '' },
    inbound: rates,
    outbound: rates,
    instances: [],
    meshed: true,
    shapedBy: [],
  });
  const nodes = [node('c', 'healthy'), node('b', 'degraded'), node('a', 'degraded'), node('d', 'idle')];
  assert.equal(worstNode(nodes)?.id, 'a');
  assert.equal(worstNode(nodes.toReversed())?.id, 'a');
  assert.equal(worstNode([node('x', 'unknown'), node('y', 'healthy')])?.id, 'y');
  assert.equal(worstNode([]), undefined);
});

test('mesh documents are known by their kind', () => {
  assert.equal(isMeshDocument('apiVersion: networking.istio.io/v1\nkind: VirtualService\n'), true);
  assert.equal(isMeshDocument('# kind: VirtualService\nkind: Deployment\n'), false);
  assert.equal(isMeshDocument('---\nkind: "LocalMesh"\n'), true);
  assert.equal(isMeshDocument('spec:\n  kind: VirtualService\n'), false);
});

test('the end of the engine is told in words', () => {
  assert.equal(describeExit({ code: null, signal: 'SIGKILL' }), 'by SIGKILL');
  assert.equal(describeExit({ code: 7, signal: null }), 'with code 7');
});
