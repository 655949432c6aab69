/** The peer: http-proxy-3 with keep-alive to the origin, as its README recommends. Prints its port. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import httpProxy from 'http-proxy-3';

const origin = process.argv[2] ?? '';
const proxy = httpProxy.createProxyServer({
  target: origin,
  agent: new http.Agent({ keepAlive: true, maxSockets: 64 }),
});
const server = http.createServer((request, response) => proxy.web(request, response));
proxy.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
