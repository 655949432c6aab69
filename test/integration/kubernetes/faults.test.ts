import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { faultCases } from '../../kubernetes/fault-cases.ts';
import { FaultProxy } from '../../kubernetes/fault-proxy.ts';
import { Http2Front } from '../../kubernetes/http2-front.ts';
import { equalToServer, messagesOf, startRig, synced, type ReflectorRig } from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';
import { base64 } from './access-context.ts';
import { authority, certificate } from './secure-server.ts';

const namespaces = ['shop', 'bank'];

function fill(server: FakeApiServer): void {
  for (const name of namespaces) server.put('namespaces', { metadata: { name } });
  for (let at = 0; at < 1200; at++) {
    const namespace = namespaces[at % 2] ?? 'shop';
    server.put('pods', {
      metadata: { name: `pod-${at}`, namespace, labels: { app: `app-${at % 40}` } },
      spec: { containers: [{ name: 'app', image: 'shop:1' }] },
      status: { podIP: `10.0.${at >> 8}.${at & 255}` },
    });
  }
  for (let at = 0; at < 40; at++) {
    server.put('services', { metadata: { name: `app-${at}`, namespace: 'shop' }, spec: { ports: [{ port: 80 }] } });
  }
}

/** Objects come, change and go, so that a store that sleeps is found out. */
function churn(server: FakeApiServer, round: number): void {
  server.put('pods', { metadata: { name: `new-${round}`, namespace: 'shop' }, status: { phase: 'Running' } });
  server.put('pods', { metadata: { name: 'pod-4', namespace: 'shop' }, status: { phase: `Round ${round}` } });
  server.remove('pods', 'bank', `pod-${2 * (round % 500) + 21}`);
  server.put('services', { metadata: { name: `svc-${round}`, namespace: 'bank' }, spec: {} });
}

async function allEqual(rig: ReflectorRig, server: FakeApiServer): Promise<number> {
  const pods = await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
  return pods + (await equalToServer(rig, 'core/Service', () => server.objects('services')));
}

interface Variant {
  readonly name: string;
  readonly streamsLists: boolean;
  readonly isShared: boolean;
  /** The server speaks HTTP/1.1 besides, so that what is busy has connections of its own. */
  readonly speaksHttp1?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'with lists that come as streams', streamsLists: true, isShared: false },
  { name: 'with lists that come in pages', streamsLists: false, isShared: false },
  { name: 'over HTTP/2', streamsLists: true, isShared: true },
  { name: 'over HTTP/2 and connections of their own', streamsLists: true, isShared: true, speaksHttp1: true },
];

for (const { name: variant, streamsLists, isShared, speaksHttp1 = false } of variants) {
  describe(variant, { concurrency: false }, () => {
    const server = new FakeApiServer();
    let proxy: FaultProxy;
    let front: Http2Front | undefined;
    let way: TransportTo;
    let rig: ReflectorRig;
    let round = 0;

    before(async () => {
      server.streamsLists = streamsLists;
      fill(server);
      await server.start();
      proxy = new FaultProxy({ port: server.port });
      await proxy.start();
      if (isShared) {
        front = new Http2Front({ port: Number(new URL(proxy.url).port), tls: certificate, http1: speaksHttp1 });
        await front.start();
      }
      way = await transportTo(
        front ? { server: front.url, 'certificate-authority-data': base64(authority.pem) } : { server: proxy.url },
      );
      rig = startRig(way.transport);
      await synced(rig.set);
    });

    after(async () => {
      rig.set.dispose();
      await way.dispose();
      await front?.stop();
      await proxy.stop();
      await server.stop();
    });

    for (const { name, fault, matches, message, cuts } of faultCases.filter(({ isSlow }) => streamsLists || !isSlow)) {
      test(`recovers from ${name}`, async (context: TestContext) => {
        await allEqual(rig, server);
        await synced(rig.set);
        rig.shown.clear();
        await proxy.begin({ fault, ...(matches && { matches }) });
        if (fault.type === 'refuse') await front?.goAway();
        try {
          if (cuts) (front ?? proxy).cut();
          churn(server, ++round);
          const said = await until('a message', () => {
            const messages = messagesOf(rig.set.status);
            return messages.some((text) => message.test(text)) && messages;
          });
          assert.equal(said.length, 1, said.join('\n'));
          churn(server, ++round);
          await pause(200);
        } finally {
          await proxy.end();
          if (fault.type === 'refuse') await front?.comeBack();
        }
        const took = await allEqual(rig, server);
        context.diagnostic(`equal ${Math.round(took)} ms after the end`);
        await until('silence', () => messagesOf(rig.set.status).length === 0);
        if (front) await until('few connections', () => (front?.open ?? 0) <= 2);
      });
    }
  });
}
