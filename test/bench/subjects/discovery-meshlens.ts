/**
 * The product's reflectors and model on a cluster, as child with IPC: `discovery-meshlens.ts KUBECONFIG [compared]`. It
 * follows every kind that the product knows, or those only that the compared informers follow.
 */
import process from 'node:process';
import { ReflectorSet } from '../../../src/engine/discovery/kubernetes/reflector/reflector-set.ts';
import { wantedKinds } from '../../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import type { KindKey } from '../../../src/engine/model/mesh-object.ts';
import { connect } from '../../cluster/connect.ts';
import { serveSubject } from './discovery-probe.ts';

/** Those of `discovery-client-node.ts`. */
const compared: ReadonlySet<KindKey> = new Set([
  Kinds.namespace,
  Kinds.service,
  Kinds.pod,
  Kinds.endpointSlice,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.authorizationPolicy,
  Kinds.peerAuthentication,
  Kinds.httpRoute,
]);
const kinds = process.argv[3] === 'compared' ? wantedKinds.filter(({ key }) => compared.has(key)) : wantedKinds;

const store = createObjectStore('cluster');
let events = 0;
store.onDelta(({ changes }) => (events += changes.length));

await serveSubject({
  events: () => events,
  async start(onUseful) {
    const set = new ReflectorSet({ transport: await connect(process.argv[2] ?? ''), store, kinds });
    let isUseful = false;
    await new Promise<void>((resolve) => {
      set.onStatus(({ kinds: followed, isSynced }) => {
        const looked = followed.filter(({ kind }) => kind === Kinds.namespace || kind === Kinds.service);
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
