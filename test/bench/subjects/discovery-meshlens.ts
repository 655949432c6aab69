/** The product's reflectors and model on a cluster: `discovery-meshlens.ts KUBECONFIG`, as child with IPC. */
import process from 'node:process';
import { ReflectorSet } from '../../../src/engine/discovery/kubernetes/reflector/reflector-set.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { connect } from '../../cluster/connect.ts';
import { serveSubject } from './discovery-probe.ts';

const store = createObjectStore('cluster');
let events = 0;
store.onDelta(({ changes }) => (events += changes.length));

await serveSubject({
  events: () => events,
  async start(onUseful) {
    const set = new ReflectorSet({ transport: await connect(process.argv[2] ?? ''), store });
    let isUseful = false;
    await new Promise<void>((resolve) => {
      set.onStatus(({ kinds, isSynced }) => {
        const looked = kinds.filter(({ kind }) => kind === Kinds.namespace || kind === Kinds.service);
        if (!isUseful && looked.every(({ state }) => state === 'synced')) {
          isUseful = true;
          onUseful();
        }
        if (isSynced) resolve();
      });
      set.start();
    });
  },
});
