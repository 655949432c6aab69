import type { Worker } from 'node:worker_threads';
import { createSocketFolder, type SocketFolder } from './socket-folder.ts';
import { TunnelThread } from './tunnel-thread.ts';
import type { PodDialer, TunnelEvent, Tunnels } from './tunnels.ts';

export interface TunnelsOptions {
  /** Runs in the calling thread; asked for every connection, so it should answer from what it has while that is valid. */
  readonly dial: PodDialer;
  /** Folder for the folder of the sockets. Default: the system's for temporary files. */
  readonly temporaryFolder?: string;
  /** For tests: how the worker is started. */
  readonly startWorker?: () => Worker;
}

interface Started {
  readonly folder: SocketFolder;
  readonly thread: TunnelThread;
}

/** Tunnels in a worker thread of their own, which starts with the first that is opened. */
export function createTunnels({ dial, temporaryFolder, startWorker }: TunnelsOptions): Tunnels {
  const listeners = new Set<(event: TunnelEvent) => void>();
  let starting: Promise<Started> | undefined;
  let thread: TunnelThread | undefined;
  let disposed: Promise<void> | undefined;

  const start = async (): Promise<Started> => {
    const folder = await createSocketFolder(temporaryFolder);
    thread = new TunnelThread({
      dial,
      onEvent: (event) => {
        for (const listener of [...listeners]) listener(event);
      },
      ...(startWorker === undefined ? {} : { startWorker }),
    });
    return { folder, thread };
  };
  const stop = async (): Promise<void> => {
    const started = await starting?.catch(() => undefined);
    await started?.thread.dispose();
    await started?.folder.remove();
    listeners.clear();
  };

  return {
    async open(name, targets) {
      if (disposed !== undefined) throw new Error('The tunnels were closed.');
      if (starting === undefined) {
        const attempt = start();
        starting = attempt;
        // A folder that could not be made may be made the next time.
        attempt.catch(() => {
          if (starting === attempt) starting = undefined;
        });
      }
      const { folder, thread: running } = await starting;
      const path = folder.pathOf(name);
      await running.open(name, { path, targets });
      return path;
    },
    async close(name, drainMs = 0) {
      const started = await starting;
      if (disposed === undefined) await started?.thread.close(name, drainMs);
    },
    get streams() {
      return thread?.streams ?? 0;
    },
    onEvent(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose() {
      disposed ??= stop();
      return disposed;
    },
  };
}
