import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FreePorts, isPortFree } from '../../../src/engine/discovery/registry/free-ports.ts';

async function listening(port: number, run: (port: number) => Promise<void>): Promise<void> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    await run((server.address() as net.AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('free ports', () => {
  it('are none that a system gives to whoever listens anywhere or connects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (random) => {
        const port = await new FreePorts({ random: () => random }).take();
        // Node ports of a cluster begin at 30000, ports that Linux hands out at 32768.
        assert.ok(port > 1024 && port < 30_000, String(port));
      }),
      { numRuns: 50 },
    );
  });

  it('are handed out once, also when many are asked for at the same time', async () => {
    const ports = new FreePorts({ random: () => 0.5 });
    const taken = await Promise.all(Array.from({ length: 40 }, () => ports.take()));
    assert.equal(new Set(taken).size, taken.length);
  });

  it('leave out what another program listens on', async () => {
    const random = (): number => 0.25;
    const first = await new FreePorts({ random }).take();
    await listening(first, async () => {
      assert.equal(await isPortFree(first), false);
      const ports = new FreePorts({ random });
      assert.notEqual(await ports.take(), first);
      assert.notEqual(await ports.keepOrTake(first), first);
    });
  });

  it('begin anew at the end of the range', async () => {
    const ports = new FreePorts({ random: () => 1 - Number.EPSILON });
    const [last, next] = [await ports.take(), await ports.take()];
    assert.ok(next < last, `${next} after ${last}`);
  });

  it('are kept across restarts while they are free, and offered again once released', async () => {
    const ports = new FreePorts({ random: () => 0.75 });
    const port = await ports.take();
    assert.equal(await ports.keepOrTake(port), port);
    assert.notEqual(await ports.take(), port);
    ports.release(port);
    assert.equal(await ports.take(), port);
  });
});
