/** The peer: http-proxy-3 with an agent that keeps connections; without one it opens a connection a request. Prints its port. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import httpProxy from 'http-proxy-3';

const target = process.argv[2] ?? '';
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const proxy = httpProxy.createProxyServer({ target, agent });
const server = http.createServer((request, response) => proxy.web(request, response));
proxy.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
