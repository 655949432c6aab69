/** Our data plane as a gateway: six routing rules, header operations, metrics and spans on. Prints its port. */
import process from 'node:process';
import { EmbeddedDataPlane } from '../../../src/engine/dataplane/embedded-data-plane.ts';
import type { ModelEndpoint } from '../../../src/engine/model/endpoints.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { compileRoutes } from '../../../src/engine/policy/semantics/routing/compile.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';

const originPort = Number(process.argv[2]);
const object = (apiVersion: string, kind: string, name: string, spec: unknown): MeshObject => ({
  apiVersion,
  kind,
  namespace: 'bench',
  name,
  labels: {},
  annotations: {},
  spec,
  origin: { layer: 'workspace', source: 'bench' },
});
const to = (subset: string, weight: number): unknown => ({ destination: { host: 'origin', subset }, weight });
const snapshot = createSnapshot([
  object('v1', 'Service', 'origin', { selector: { app: 'origin' }, ports: [{ name: 'http', port: 80 }] }),
  object('networking.istio.io/v1', 'Gateway', 'bench', {
    selector: { istio: 'bench' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  }),
  object('networking.istio.io/v1', 'DestinationRule', 'origin', {
    host: 'origin',
    subsets: [
      { name: 'a', labels: { version: 'a' } },
      { name: 'b', labels: { version: 'b' } },
    ],
  }),
  object('networking.istio.io/v1', 'VirtualService', 'origin', {
    hosts: ['*'],
    gateways: ['bench'],
    http: [
      { match: [{ uri: { exact: '/health' } }], directResponse: { status: 200 } },
      { match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [to('b', 100)] },
      { match: [{ uri: { prefix: '/admin' } }], route: [to('b', 100)] },
      { match: [{ uri: { regex: '/legacy/[0-9]+' } }], route: [to('b', 100)] },
      {
        match: [{ uri: { prefix: '/api/' } }],
        headers: {
          request: { set: { 'x-route': 'api', 'x-env': 'bench' } },
          response: { remove: ['x-powered-by'], set: { 'x-served-by': 'mesh' } },
        },
        route: [to('a', 80), to('b', 20)],
      },
      { route: [to('a', 100)] },
    ],
  }),
]);
const endpoint = (version: string): ModelEndpoint => ({
  id: `bench/origin-${version}`,
  address: '127.0.0.1',
  port: originPort,
  weight: 1,
  health: 'healthy',
  workload: `origin-${version}`,
  namespace: 'bench',
  app: 'origin',
  version,
  labels: { app: 'origin', version },
  serviceAccount: 'origin',
  meshed: false,
  workloadPort: 80,
});
const { routes, problems } = compileRoutes({
  snapshot,
  endpoints: { endpointsOf: () => [endpoint('a'), endpoint('b')] },
  node: { kind: 'gateway', namespace: 'bench', labels: { istio: 'bench' } },
  settings: resolveMeshSettings(),
});
if (problems.length > 0) throw new Error(JSON.stringify(problems));

const dataPlane = new EmbeddedDataPlane();
dataPlane.onReport(() => undefined);
const bound = await dataPlane.apply({
  identity: {
    instance: 'bench/gateway',
    workload: 'gateway',
    namespace: 'bench',
    app: 'gateway',
    version: 'v1',
    labels: { istio: 'bench' },
    principal: 'spiffe://cluster.local/ns/bench/sa/gateway',
    cluster: 'bench',
  },
  kind: 'gateway',
  generation: 1,
  inbound: [],
  outbound: [{ name: 'gateway', type: 'gateway', port: 0, routePort: 80 }],
  routes,
  healthChecks: [],
  security: { type: 'none' },
});
console.log(bound.outbound.gateway);
