import { spawn } from 'node:child_process';
import path from 'node:path';
import { benchRestart } from './engine-restart.ts';
import { residentMegabytes } from './process.ts';
import { digits, type BenchRow } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Four documents: a service with its workload, its subsets, and routes to them. */
export function routeOf(index: number, weight: number): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: route-${index}, namespace: team-${index % 20} }
spec:
  hosts: [service-${index}]
  http:
    - match:
        - uri: { prefix: /api/ }
      route:
        - destination: { host: service-${index}, subset: v1 }
          weight: ${weight}
        - destination: { host: service-${index}, subset: v2 }
          weight: ${100 - weight}
    - route:
        - destination: { host: service-${index}, subset: v1 }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: rule-${index}, namespace: team-${index % 20} }
spec:
  host: service-${index}
  subsets:
    - name: v1
      labels: { version: v1 }
    - name: v2
      labels: { version: v2 }
---
apiVersion: v1
kind: Service
metadata: { name: service-${index}, namespace: team-${index % 20} }
spec:
  selector: { app: service-${index} }
  ports: [{ name: http, port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: service-${index}-v1, namespace: team-${index % 20} }
spec:
  selector: { matchLabels: { app: service-${index} } }
  template:
    metadata: { labels: { app: service-${index}, version: v1 } }
    spec: { containers: [{ name: app, image: app }] }
`;
}

/** Memory of the engine process with the demo mesh: a moment after the start, and after a minute of its traffic. */
async function benchMemory(): Promise<readonly BenchRow[]> {
  const child = spawn(process.execPath, [path.join(root, 'dist/meshlens.js'), 'demo'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Stop with Ctrl+C')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`The demo ended with ${code}.`)));
    });
    const idle = await residentMegabytes(child.pid ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    const loaded = await residentMegabytes(child.pid ?? 0);
    return [
      {
        what: 'engine with the demo mesh, at start · after a minute of traffic',
        ours: `${digits(idle)} · ${digits(loaded)} MB`,
        peer: '–',
        budget: '≤ 400 MB',
        met: loaded <= 400,
      },
    ];
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

export async function benchEngine(): Promise<readonly BenchRow[]> {
  return [...(await benchMemory()), ...(await benchRestart())];
}
