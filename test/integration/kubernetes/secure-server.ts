import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { base64 } from './access-context.ts';
import { startAccessServer, type AccessServer } from './access-server.ts';
import { TestAuthority } from './test-authority.ts';

/** Signed the servers of a test file. */
export const authority = await TestAuthority.create();
/** Of `127.0.0.1`. */
export const certificate = await authority.issue();

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A TLS server that ends with the test. */
export async function secureServer(t: TestContext, handle: Handler, tls: object = certificate): Promise<AccessServer> {
  const server = await startAccessServer(handle, tls);
  t.after(() => server.close());
  return server;
}

/** The part of a kubeconfig that leads to the server and trusts its authority. */
export function trusting(server: AccessServer): Record<string, unknown> {
  return { server: server.url, 'certificate-authority-data': base64(authority.pem) };
}
