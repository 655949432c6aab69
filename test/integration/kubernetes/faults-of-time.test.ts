import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, type Clock } from '../../../src/engine/discovery/kubernetes/reflector/clock.ts';
import { usualReflectorLimits } from '../../../src/engine/discovery/kubernetes/reflector/reflector.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { FaultProxy } from '../../kubernetes/fault-proxy.ts';
import { equalToServer, startRig, synced } from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';

/** A minute, as a laptop's lid may be closed, where there is time for it. */
const sleepMs = Number(process.env['MESHLENS_SLEEP_MS'] ?? 3000);

describe('time that jumps', { concurrency: false }, () => {
  let server: FakeApiServer;
  let proxy: FaultProxy;
  let way: TransportTo;

  const pod = (name: string): void => server.put('pods', { metadata: { name, namespace: 'shop' }, spec: {} });
  const watchesOfPods = (): number => server.requests.filter((request) => request === 'watch pods').length;

  beforeEach(async () => {
    server = new FakeApiServer();
    for (let at = 0; at < 50; at++) pod(`pod-${at}`);
    await server.start();
    proxy = new FaultProxy({ port: server.port });
    await proxy.start();
    way = await transportTo({ server: proxy.url });
  });

  afterEach(async () => {
    await way.dispose();
    await proxy.stop();
    await server.stop();
  });

  for (const [name, jumpMs] of [
    ['forwards, as after a sleep', 3_600_000],
    ['backwards, as when it is set', -3_600_000],
  ] as const) {
    test(`the clock jumps ${name}: connections are made anew, and nothing is lost`, async (context) => {
      let offset = 0;
      const clock: Clock = { ...systemClock, now: () => Date.now() + offset };
      const rig = startRig(way.transport, { clock });
      try {
        await synced(rig.set);
        // What is open now stays open and dead, as after a sleep in which routers forgot it.
        await proxy.begin({ fault: { type: 'hang', isFinal: true }, matches: (url) => url.includes('watch=true') });
        pod('lost');
        await proxy.end();
        const before = watchesOfPods();
        offset = jumpMs;
        context.diagnostic(
          `equal ${Math.round(await equalToServer(rig, 'core/Pod', () => server.objects('pods')))} ms after the jump`,
        );
        assert.equal(watchesOfPods(), before + 1);
      } finally {
        rig.set.dispose();
      }
    });
  }

  test('a watch that has gone silent is begun anew, from where it was', async () => {
    const rig = startRig(way.transport, { limits: { ...usualReflectorLimits, silenceMs: 400 } });
    try {
      await synced(rig.set);
      await proxy.begin({ fault: { type: 'hang', isFinal: true }, matches: (url) => url.includes('/pods') });
      pod('lost');
      await proxy.end();
      await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
      assert.ok(!server.requests.includes('list pods'));
    } finally {
      rig.set.dispose();
    }
  });

  test('a watch in which bookmarks come is not silent', async () => {
    const rig = startRig(way.transport, { limits: { ...usualReflectorLimits, silenceMs: 600 } });
    const beat = setInterval(() => server.bookmark(), 50);
    try {
      await synced(rig.set);
      const before = watchesOfPods();
      await pause(1500);
      assert.equal(watchesOfPods(), before);
    } finally {
      clearInterval(beat);
      rig.set.dispose();
    }
  });

  test(`the process sleeps for ${sleepMs / 1000} s`, { skip: process.platform === 'win32' }, async (context) => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'sleeper.ts'), proxy.url], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (): Promise<{ isSynced: boolean; versions: string[]; messages: string[] }> => {
      child.stdin.write('core/Pod\n');
      const line = await lines.next();
      return JSON.parse(String(line.value)) as { isSynced: boolean; versions: string[]; messages: string[] };
    };
    try {
      await until('the child in step', async () => (await ask()).isSynced);
      child.kill('SIGSTOP');
      const asleep = Date.now();
      for (let at = 0; Date.now() - asleep < sleepMs; at++) {
        pod(`pod-${at % 80}`);
        server.remove('pods', 'shop', `pod-${(at * 7) % 50}`);
        await pause(20);
      }
      child.kill('SIGCONT');
      const awake = performance.now();
      await until(
        'the child to know what happened',
        async () => (await ask()).versions.join() === server.objects('pods').join(),
      );
      context.diagnostic(`equal ${Math.round(performance.now() - awake)} ms after it woke`);
      await until('silence', async () => (await ask()).messages.length === 0);
    } finally {
      child.kill('SIGCONT');
      child.stdin.end();
      await ended;
    }
  });
});
