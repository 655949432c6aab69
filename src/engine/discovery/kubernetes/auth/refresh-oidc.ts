import { request } from 'node:https';
import type { ClientAuth, CustomFetchOptions } from 'openid-client';
import { KubeFailure } from '../transport/kube-transport.ts';
import type { OidcRefresh } from './oidc-source.ts';

const timeoutMs = 20_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Renews an id token at its issuer (OpenID Connect Discovery, then RFC 6749 §6). The library is loaded here, when the first
 * token has ended. Its own words are not passed on: they may hold what the issuer answered.
 */
export const refreshOidc: OidcRefresh = async (settings, refreshToken, signal) => {
  const client = await import('openid-client');
  const failure = (why: string): KubeFailure =>
    new KubeFailure(
      'credentials',
      `The sign-in could not be renewed at ${hostOf(settings.issuer)}: ${why}. Sign in again with the tool that wrote the kubeconfig.`,
    );
  try {
    const { clientSecret } = settings;
    // Basic is what the standard takes where the issuer names no other way; kubectl begins with it, too.
    const authenticate: ClientAuth = (server, ...rest) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      const way = methods.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost;
      way(clientSecret)(server, ...rest);
    };
    const configuration = await client.discovery(
      new URL(settings.issuer),
      settings.clientId,
      undefined,
      clientSecret === '' ? client.None() : authenticate,
      { [client.customFetch]: (url, options) => exchange(url, options, settings.authority, signal) },
    );
    const answer = await client.refreshTokenGrant(configuration, refreshToken);
    if (answer.id_token === undefined) throw failure('the issuer gave no id token');
    return { idToken: answer.id_token, refreshToken: answer.refresh_token ?? refreshToken };
  } catch (error) {
    if (error instanceof KubeFailure) throw error;
    throw failure(reasonOf(error));
  }
};

/** Codes of OAuth errors (`invalid_grant`) and of the system (`ECONNREFUSED`) are safe to show, texts are not. */
function reasonOf(error: unknown): string {
  const { error: oauth, code, cause } = error as { error?: unknown; code?: unknown; cause?: unknown };
  if (oauth === 'invalid_grant') return 'the issuer takes the refresh token no longer (invalid_grant)';
  for (const word of [oauth, code]) if (typeof word === 'string' && /^\w{1,60}$/.test(word)) return word;
  return cause instanceof Error ? reasonOf(cause) : 'its answer was not understood';
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : 'the issuer';
}

/** A `fetch` that trusts the issuer's own authority and reads no endless answer. */
function exchange(
  url: string,
  { method, headers, body }: CustomFetchOptions,
  authority: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, signal: until, ...(authority !== undefined && { ca: authority }) });
    call.on('error', reject);
    call.on('response', (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) answer.destroy(new Error('too long'));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const fields = new Headers();
        for (const [name, value] of Object.entries(answer.headersDistinct)) {
          for (const text of value ?? []) fields.append(name, text);
        }
        const status = answer.statusCode ?? 502;
        const hasBody = status !== 204 && status !== 304;
        resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: fields }));
      });
    });
    call.end(
      typeof body === 'string' || body instanceof Uint8Array
        ? body
        : body instanceof URLSearchParams
          ? body.toString()
          : undefined,
    );
  });
}
