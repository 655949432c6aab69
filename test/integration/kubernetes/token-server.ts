import type { TestContext } from 'node:test';
import type { Clock } from '../../../src/engine/discovery/kubernetes/auth/credential.ts';
import type { KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import type { AccessServer } from './access-server.ts';
import { secureServer } from './secure-server.ts';

export interface TokenServer extends AccessServer {
  /** Authorization headers in the order in which they came. */
  readonly seen: string[];
  /** Tokens that are answered with 200, the others with 401. */
  readonly valid: Set<string>;
}

export async function tokenServer(t: TestContext, valid: readonly string[] = []): Promise<TokenServer> {
  const seen: string[] = [];
  const tokens = new Set(valid);
  const server = await secureServer(t, (request, response) => {
    const token = request.headers.authorization ?? '';
    seen.push(token);
    response.writeHead(tokens.has(token.replace('Bearer ', '')) ? 200 : 401).end('{}');
  });
  return { ...server, seen, valid: tokens };
}

/** Time in the test's hand. */
export class TestClock implements Clock {
  readonly #start = Date.now();
  #passed = 0;
  wall(): number {
    return this.#start + this.#passed;
  }
  steady(): number {
    return this.#passed;
  }
  pass(seconds: number): void {
    this.#passed += seconds * 1000;
  }
}

export const statusOf = async (transport: KubeTransport): Promise<number> =>
  (await transport.request({ path: '/' })).status;
