import net from 'node:net';

/**
 * Where ports of instances are looked for: below what Linux (32768–60999), macOS and Windows (49152–65535) hand out by
 * themselves, and below the node ports of a Kubernetes cluster (30000–32767). A port is chosen before the process that
 * shall listen on it exists; out of the system's own range it would meanwhile be given to a sidecar's listener or to any
 * outgoing connection, and health checks of the process would ask whoever got it.
 */
const range = { first: 20_000, size: 8000 };

export interface FreePortsOptions {
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** Ports of 127.0.0.1 handed out to instances, none of them twice. */
export class FreePorts {
  readonly #taken = new Set<number>();
  readonly #random: () => number;

  constructor(options: FreePortsOptions = {}) {
    this.#random = options.random ?? Math.random;
  }

  /** Any free port; rejects only where the machine has none left. */
  async take(): Promise<number> {
    // From a place that differs, so that two engines on one machine do not follow each other port by port.
    const start = Math.floor(this.#random() * range.size);
    for (let step = 0; step < range.size; step++) {
      const port = range.first + ((start + step) % range.size);
      if (this.#taken.has(port)) continue;
      // Before the look whether it is free: meanwhile another instance may come to the same place.
      this.#taken.add(port);
      if (await isPortFree(port)) return port;
      this.#taken.delete(port);
    }
    throw new Error(`no free port on 127.0.0.1 from ${range.first} to ${range.first + range.size - 1}`);
  }

  /** The port itself while it is free, else another one. */
  async keepOrTake(port: number | undefined): Promise<number> {
    if (port !== undefined && (await isPortFree(port))) {
      this.#taken.add(port);
      return port;
    }
    // One that was lost to another process stays marked: it would be offered again once that one ends.
    return await this.take();
  }

  release(port: number): void {
    this.#taken.delete(port);
  }
}

/** Whether a process could listen on it right now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
