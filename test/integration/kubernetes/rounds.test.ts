import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock, type Clock } from '../../../src/engine/discovery/kubernetes/reflector/clock.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { FaultProxy, type Fault } from '../../kubernetes/fault-proxy.ts';
import { Http2Front } from '../../kubernetes/http2-front.ts';
import { equalToServer, startRig, synced } from '../../kubernetes/reflector-rig.ts';
import { transportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';
import { base64 } from './access-context.ts';
import { authority, certificate } from './secure-server.ts';

/** All fifty take a minute; what leaks shows in a few. */
const rounds = Number(process.env['MESHLENS_FAULT_ROUNDS'] ?? 12);
const warmUp = 4;

const faults: readonly Fault[] = [
  { type: 'error-event', code: 410, reason: 'Expired' },
  { type: 'answer', status: 500 },
  { type: 'reset', afterBytes: 200 },
  { type: 'garbage' },
  { type: 'truncated-gzip' },
  { type: 'refuse' },
  { type: 'hang', isFinal: true },
];

function collected(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** A clock that knows how many of its timers run. */
function countingClock(): Clock & { readonly running: () => number } {
  let running = 0;
  return {
    ...systemClock,
    running: () => running,
    setTimer: (fn, ms) => {
      let isRunning = true;
      const over = (): void => {
        if (isRunning) running--;
        isRunning = false;
      };
      running++;
      const timer = systemClock.setTimer(() => {
        over();
        fn();
      }, ms);
      return {
        cancel: () => {
          over();
          timer.cancel();
        },
      };
    },
  };
}

const counted = (names: readonly string[]): ReadonlyMap<string, number> =>
  names.reduce((counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1), new Map<string, number>());

describe('fault after fault', () => {
  for (const isShared of [false, true])
    test(`${rounds} rounds ${isShared ? 'over HTTP/2 ' : ''}leave no socket, no timer and no memory behind`, async (context) => {
      const server = new FakeApiServer();
      for (let at = 0; at < 300; at++)
        server.put('pods', { metadata: { name: `pod-${at}`, namespace: 'shop' }, spec: {} });
      await server.start();
      const proxy = new FaultProxy({ port: server.port });
      await proxy.start();
      const front = new Http2Front({ port: Number(new URL(proxy.url).port), tls: certificate });
      await front.start();
      const way = await transportTo(
        isShared ? { server: front.url, 'certificate-authority-data': base64(authority.pem) } : { server: proxy.url },
      );
      const clock = countingClock();
      const rig = startRig(way.transport, { clock });
      try {
        await synced(rig.set);
        const seen: { readonly sockets: number; readonly timers: number; readonly heap: number }[] = [];
        let slowest = 0;
        for (let round = 0; round < rounds; round++) {
          const fault = faults[round % faults.length] ?? { type: 'refuse' };
          await proxy.begin({ fault });
          proxy.cut();
          front.cut();
          server.put('pods', { metadata: { name: `pod-${round}`, namespace: 'shop' }, spec: {} });
          server.remove('pods', 'shop', `pod-${200 + (round % 100)}`);
          if (round % 3 === 0) server.compact();
          await until('the fault to be felt', () => !rig.set.status.isSynced || rig.set.status.trouble !== undefined);
          await proxy.end();
          slowest = Math.max(slowest, await equalToServer(rig, 'core/Pod', () => server.objects('pods')));
          await until('quiet', () => rig.set.status.isSynced && !rig.set.status.trouble);
          await until('one watch a kind', () => server.openWatches === 6);
          const resources = counted(process.getActiveResourcesInfo());
          seen.push({
            sockets: resources.get('TCPSocketWrap') ?? 0,
            timers: (resources.get('Timeout') ?? 0) + clock.running(),
            heap: collected(),
          });
        }
        context.diagnostic(`equal at most ${Math.round(slowest)} ms after a fault`);
        const early = seen.slice(warmUp, warmUp + 3);
        const last = seen.slice(-3);
        const least = (of: typeof seen, what: 'sockets' | 'timers' | 'heap'): number =>
          Math.min(...of.map((one) => one[what]));
        for (const what of ['sockets', 'timers', 'heap'] as const) {
          context.diagnostic(`${what}: ${least(early, what)} early, ${least(last, what)} at the end`);
        }
        assert.ok(least(last, 'sockets') <= least(early, 'sockets') + 4, 'sockets');
        assert.ok(least(last, 'timers') <= least(early, 'timers') + 4, 'timers');
        // Compiled code and caches of the runtime grow a little; a kept response or store would be megabytes.
        assert.ok(least(last, 'heap') < least(early, 'heap') + 2_000_000 + rounds * 20_000, 'memory');
      } finally {
        rig.set.dispose();
        await way.dispose();
        await front.stop();
        await proxy.stop();
        await server.stop();
      }
      await until('the end of every timer', () => clock.running() === 0);
    });
});
