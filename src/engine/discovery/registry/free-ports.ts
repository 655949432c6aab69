import net from 'node:net';

/** Ports of 127.0.0.1 handed out to instances, none of them twice. */
export class FreePorts {
  readonly #taken = new Set<number>();

  /** Any free port; rejects only where the machine has none left. */
  async take(): Promise<number> {
    // The system may offer a port again that was handed out but is not listened on yet.
    for (let attempt = 0; attempt < 100; attempt++) {
      const port = await tryBind(0);
      if (port !== undefined && !this.#taken.has(port)) {
        this.#taken.add(port);
        return port;
      }
    }
    throw new Error('no free port on 127.0.0.1');
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
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryBind(port)) !== undefined;
}

function tryBind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
