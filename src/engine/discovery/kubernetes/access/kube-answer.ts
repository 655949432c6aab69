import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { KubeRequest, KubeTransport } from '../transport/kube-transport.ts';

/** What an API server said, read as JSON; `value` is undefined where it is none. */
export interface KubeAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly value: unknown;
}

/** Asks for JSON. Rejects with `KubeFailure` where there is no answer; a refusal is an answer. */
export async function ask(transport: KubeTransport, request: KubeRequest): Promise<KubeAnswer> {
  const { status, body } = await transport.request({
    ...request,
    headers: { accept: 'application/json', ...request.headers },
  });
  return { ok: status >= 200 && status < 300, status, value: parsed(body) };
}

/** Posts an object as JSON. */
export function post(transport: KubeTransport, path: string, body: unknown, signal?: AbortSignal): Promise<KubeAnswer> {
  return ask(transport, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The server's own words of a refusal. */
export function refusalOf({ status, value }: KubeAnswer): string {
  const message = stringOf(fieldOf(value, 'message'));
  return message !== undefined && message !== '' ? message : `The API server answered ${status}.`;
}
