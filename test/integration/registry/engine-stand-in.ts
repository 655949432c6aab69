/** Stands for the engine in the test of the reaper: starts processes, names them, and waits to be killed. */
import type { ProcessWorkload } from '../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { clientWorkload, SupervisedMesh } from './supervised-mesh.ts';

const [, , command = ''] = process.argv;
const mesh = new SupervisedMesh({ onLog: ({ stream, text }) => stream === 'stdout' && console.log(text) });
const workload: ProcessWorkload = clientWorkload('tree', { command, instances: 2 });
await mesh.run([workload]);
await mesh.reaper.ready();
console.log(`reaper ${mesh.reaper.pid ?? 0}`);
for (const { pid } of mesh.supervisor.instances()) if (pid !== undefined) console.log(`leader ${pid}`);
process.on('SIGUSR2', () => void mesh.reaper.close().then(() => process.exit(0)));
setInterval(() => undefined, 1000);
