/* global setImmediate */
// An engine that does nothing but speak the protocol, so that the extension's own behaviour can be tested alone.
//   A mesh file that contains "fails: true" does not start. FAKE_ENGINE_CRASH names a file: while it exists, the engine
//   ends as soon as it is initialized.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { createConnection, ProposedFeatures, TextDocumentSyncKind } from 'vscode-languageserver/node';

const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
let events = 0;

const instance = (name, state = 'ready') => ({
  id: `demo/${name}`,
  name,
  state,
  since: '2026-01-01T00:00:00.000Z',
  restarts: 0,
  address: '127.0.0.1:1',
});
const workload = (name, service, instances) => ({
  name,
  namespace: 'demo',
  kind: 'process',
  app: service,
  version: 'v1',
  service,
  principal: `spiffe://cluster.local/ns/demo/sa/${service}`,
  instances,
});
const stopped = { name: 'demo', phase: 'stopped', services: [], workloads: [], endpoints: { gateways: {} } };
let status = stopped;

const change = (next) => {
  status = next;
  void connection.sendNotification('mesh/localChanged', status);
  return status;
};
const tell = (severity, kind, message) => {
  void connection.sendNotification('mesh/event', {
    id: ++events,
    time: Date.now(),
    kind,
    severity,
    message,
    namespace: 'demo',
  });
};

connection.onInitialize(({ initializationOptions }) => {
  if (process.env.FAKE_ENGINE_CRASH && existsSync(process.env.FAKE_ENGINE_CRASH)) process.exit(7);
  if (initializationOptions.autoStart) setImmediate(() => start());
  return { capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental } };
});

function start() {
  const services = ['web', 'api'].map((name) => ({
    name,
    namespace: 'demo',
    host: `${name}.demo.svc.cluster.local`,
    ports: [{ name: 'http', port: 8080, protocol: 'http' }],
    workloads: [`${name}-v1`],
  }));
  const workloads = [
    workload('web-v1', 'web', [instance('web-v1-0')]),
    workload('api-v1', 'api', [instance('api-v1-0'), instance('api-v1-1')]),
  ];
  tell('info', 'mesh-started', 'The mesh demo has started.');
  void connection.sendNotification('mesh/log', {
    lines: [{ instance: 'web-v1-0', workload: 'web-v1', stream: 'stdout', time: Date.now(), text: 'web says hello' }],
  });
  return change({ ...stopped, phase: 'running', services, workloads });
}

connection.onRequest('mesh/local/status', () => status);
connection.onRequest('mesh/local/start', ({ file }) => {
  if (readFileSync(file, 'utf8').includes('fails: true'))
    return change({ ...stopped, phase: 'failed', message: 'Port 1 is taken.' });
  return start();
});
connection.onRequest('mesh/local/stop', () => {
  tell('info', 'mesh-stopped', 'The mesh demo has stopped.');
  return change(stopped);
});
connection.onRequest('mesh/service/stop', ({ name }) => {
  const workloads = status.workloads.map((one) => ({
    ...one,
    instances: one.instances.map((each) =>
      [one.name, one.service, each.name].includes(name) ? { ...each, state: 'stopped' } : each,
    ),
  }));
  tell('warning', 'instance-stopped', `${name} has stopped.`);
  return change({ ...status, workloads });
});
connection.onRequest('mesh/events', () => []);
connection.onRequest('mesh/traces', () => [
  {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    name: 'GET /productpage',
    rootService: 'web',
    start: 1_750_000_000_000,
    duration: 31,
    spans: 4,
    services: ['web', 'api'],
    errors: 0,
    retries: 1,
    status: 'ok',
    httpStatus: 200,
  },
]);
connection.onRequest('mesh/trace', () => null);
connection.onRequest('mesh/topology/unsubscribe', () => null);
connection.onRequest('mesh/topology/subscribe', () => ({
  version: 1,
  nodes: [],
  edges: [],
  boxes: [],
  summary: { workloads: 0, services: 0, requests: 0, errorShare: 0, mutualTlsShare: 0 },
  asOf: new Date().toISOString(),
  window: 60,
  warnings: [],
}));
connection.onRequest('mesh/request', ({ method, path, headers }) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ method, path, headers }),
  truncated: false,
  duration: 12.34,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  instance: 'web-v1-0',
  decision: {
    outcome: 'forward',
    backends: [{ host: 'web', namespace: 'demo', service: 'web', port: 8080, weight: 100, share: 1 }],
    mirrors: [],
    request: { method, path, host: 'web', headers, removed: [] },
    response: { headers: {}, removed: [] },
    tls: { mode: 'mutual' },
    explain: ['No VirtualService names the host.'],
  },
}));
connection.onRequest('mesh/analyze', ({ resources }) => ({
  documents: resources.length,
  diagnostics: resources.flatMap(({ uri, text }) => {
    const at = text.indexOf('reviewz');
    if (at < 0) return [];
    const line = text.slice(0, at).split('\n').length - 1;
    const character = at - (text.lastIndexOf('\n', at) + 1);
    return [
      {
        code: 'MESH0001',
        rule: 'unknown-host',
        aliases: [],
        severity: 'error',
        message: 'No service reviewz.',
        uri,
        range: { start: { line, character }, end: { line, character: character + 7 } },
        path: '',
        related: [],
        fixes: [],
        docs: '',
      },
    ];
  }),
}));
connection.onRequest('mesh/proxyEnvironment', () => ({ HTTP_PROXY: 'http://127.0.0.1:15001' }));

connection.onShutdown(() => undefined);
connection.listen();
