// What every service of this sample shares: an HTTP server on PORT, calls through the sidecar named in HTTP_PROXY,
// and the headers that must travel on so that the hops of one request become one trace.
import { createRequire } from 'node:module';

// An `import` of it would also load Node's fetch client, and each service would take twice as long to start.
const http = createRequire(import.meta.url)('node:http');

export const name = process.env.MESHLENS_WORKLOAD ?? 'local';
export const instance = process.env.MESHLENS_INSTANCE ?? `${name}-0`;
export const version = process.env.MESHLENS_VERSION ?? 'v1';

const travelling = [
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'x-request-id',
  'end-user',
];

/** The headers of an incoming request that belong on every call made for it. */
export function travellingHeaders(incoming) {
  return Object.fromEntries(travelling.filter((key) => incoming[key] !== undefined).map((key) => [key, incoming[key]]));
}

/** A working day of a small service: a few milliseconds, now and then a few more. */
export function think(low, high) {
  const usual = low + Math.random() * (high - low);
  const ms = Math.random() < 0.02 ? usual * 3 : usual;
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const proxy = process.env.HTTP_PROXY ? new URL(process.env.HTTP_PROXY) : undefined;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64, timeout: 30_000 });

/**
 * Sends a request the way a program behind a proxy does: the whole URL on the request line, to the proxy's address.
 * Resolves with { status, headers, body }; rejects when there is no answer within `timeout` milliseconds.
 */
export async function call(url, options = {}) {
  const first = await attempt(url, options);
  // The other side may close an idle connection just as it is used again; asking once more is what HTTP clients do.
  const answer = first.stale ? await attempt(url, options) : first;
  if (answer.error) throw answer.error;
  return answer;
}

function attempt(url, { method = 'GET', headers = {}, body, timeout = 5000 }) {
  const target = new URL(url);
  return new Promise((resolve) => {
    const request = http.request({
      agent,
      method,
      host: proxy?.hostname ?? target.hostname,
      port: proxy?.port ?? (target.port || 80),
      path: proxy ? target.href : target.pathname + target.search,
      headers: { host: target.host, ...headers },
      signal: AbortSignal.timeout(timeout),
    });
    const fail = (error) => resolve({ error, stale: request.reusedSocket && error.code === 'ECONNRESET' });
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.end(body);
  });
}

/** Like `call`, for JSON: resolves with the value; rejects for any status but 200. */
export async function getJson(url, options) {
  const { status, body } = await call(url, options);
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return JSON.parse(body);
}

export function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Reads a small body. */
export async function readBody(request, limit = 65_536) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * Serves on PORT until SIGTERM, then finishes what is in flight. `handle(request, response, url)` answers everything but
 * /health; what it throws becomes a 500.
 */
export function serve(handle) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://service');
    if (url.pathname === '/health') {
      sendJson(response, 200, { status: 'healthy', instance, version });
      return;
    }
    Promise.resolve(handle(request, response, url)).catch((error) => {
      console.error(`${request.method} ${request.url} failed: ${error.message}`);
      if (!response.headersSent) sendJson(response, 500, { error: error.message });
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(Number(process.env.PORT ?? 9080), '127.0.0.1', () => {
    console.log(`${instance} (${version}) listens on http://127.0.0.1:${server.address().port}`);
  });
  onStop(() => {
    console.log(`${instance} finishes its requests and stops`);
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 2000).unref();
  });
}

export function onStop(stop) {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
