/** Connects to a host through an HTTP proxy (CONNECT, RFC 9110 9.3.6) or SOCKS5 (RFC 1928, 1929), as kubeconfigs name them. */
import * as net from 'node:net';
import * as tls from 'node:tls';

const longestAnswer = 16 * 1024;

/**
 * Resolves with the socket as soon as the way to `host` stands; rejects with words that never hold the proxy's
 * credentials. `signal` ends it.
 */
export async function connectThroughProxy(
  proxy: string,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  const address = parseProxy(proxy);
  const socket = await connectProxy(address, signal);
  const onAbort = (): void => void socket.destroy();
  signal.addEventListener('abort', onAbort);
  try {
    if (address.protocol === 'socks5:' || address.protocol === 'socks5h:') await askSocks(socket, address, host, port);
    else await askHttp(socket, address, host, port);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
};

function parseProxy(proxy: string): URL {
  const address = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (!address || defaultPorts[address.protocol] === undefined) {
    throw new Error('the proxy of the kubeconfig is no http, https or socks5 address');
  }
  return address;
}

function connectProxy(address: URL, signal: AbortSignal): Promise<net.Socket> {
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const port = Number(address.port) || (defaultPorts[address.protocol] ?? 0);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const secure = address.protocol === 'https:';
    const socket = secure
      ? tls.connect({ host, port, servername: net.isIP(host) === 0 ? host : '', ALPNProtocols: ['http/1.1'] })
      : net.connect({ host, port, noDelay: true });
    const onAbort = (): void => void socket.destroy(new Error('the proxy does not answer'));
    const settle = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort);
    // It stays: after the promise is settled, errors show as a close.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(new Error(`the proxy ${address.host} cannot be reached (${error.code ?? error.message})`));
    });
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      settle();
      resolve(socket);
    });
  });
}

async function askHttp(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const credentials = credentialsOf(proxy);
  const authorization =
    credentials === undefined
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  const head = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf('\r\n\r\n');
    return end < 0 ? undefined : end + 4;
  });
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1];
  if (status === undefined) throw new Error(`the proxy ${proxy.host} does not speak HTTP`);
  if (status === '407') throw new Error(`the proxy ${proxy.host} wants other credentials than the kubeconfig has`);
  if (!status.startsWith('2')) throw new Error(`the proxy ${proxy.host} answered ${status}`);
}

const socksAnswers: Readonly<Record<number, string>> = {
  2: 'does not allow the connection',
  3: 'has no network to the server',
  4: 'cannot reach the server',
  5: 'is refused by the server',
};

async function askSocks(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const credentials = credentialsOf(proxy);
  socket.write(credentials === undefined ? Buffer.from([5, 1, 0]) : Buffer.from([5, 2, 0, 2]));
  const [version, method] = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
  if (version !== 5) throw new Error(`the proxy ${proxy.host} does not speak SOCKS5`);
  if (method === 2 && credentials !== undefined) {
    const user = Buffer.from(credentials.user);
    const password = Buffer.from(credentials.password);
    if (user.length > 255 || password.length > 255)
      throw new Error(`the credentials of proxy ${proxy.host} are too long`);
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
    const [, refused] = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
    if (refused !== 0) throw new Error(`the proxy ${proxy.host} does not accept the credentials of the kubeconfig`);
  } else if (method !== 0) {
    throw new Error(`the proxy ${proxy.host} wants other credentials than the kubeconfig has`);
  }
  const name = Buffer.from(host);
  if (name.length > 255) throw new Error('the name of the API server is too long for SOCKS5');
  // The name, not an address: the proxy looks it up.
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 0xff])]));
  const answer = await readUntil(socket, socksAnswerLength);
  const code = answer[1] ?? 1;
  if (code !== 0) throw new Error(`the proxy ${proxy.host} ${socksAnswers[code] ?? `answered ${code}`}`);
}

/** Of the reply, which ends with an address: IPv4, a name, or IPv6. */
function socksAnswerLength(bytes: Buffer): number | undefined {
  const [, , , type, nameLength] = bytes;
  if (type === undefined || nameLength === undefined) return undefined;
  const address = type === 1 ? 4 : type === 4 ? 16 : 1 + nameLength;
  return bytes.length < 6 + address ? undefined : 6 + address;
}

function credentialsOf(proxy: URL): { readonly user: string; readonly password: string } | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined;
  return { user: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) };
}

/** Reads until `lengthOf` knows how much was wanted; what came after stays in the socket. */
function readUntil(socket: net.Socket, lengthOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (): void => {
      socket.off('data', onData).off('close', onClose).off('end', onClose);
      socket.pause();
    };
    const onClose = (): void => {
      settle();
      reject(new Error('the proxy closed the connection'));
    };
    const onData = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const length = lengthOf(bytes);
      if (length !== undefined) {
        settle();
        if (length < bytes.length) socket.unshift(bytes.subarray(length));
        resolve(bytes.subarray(0, length));
      } else if (bytes.length > longestAnswer) {
        settle();
        reject(new Error('the proxy answers without end'));
      }
    };
    if (socket.destroyed) onClose();
    else socket.on('data', onData).on('close', onClose).on('end', onClose).resume();
  });
}
